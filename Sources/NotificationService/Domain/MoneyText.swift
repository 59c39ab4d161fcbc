import Contracts

extension Money {
    /// `12.30 USD`: with as many decimals as ISO 4217 gives the currency.
    var text: String {
        let decimals = Self.decimals(of: currency)
        let magnitude = String(cents.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - magnitude.count)) + magnitude
        let whole = padded.dropLast(decimals)
        let fraction = decimals == 0 ? "" : "." + padded.suffix(decimals)
        return (cents < 0 ? "-" : "") + whole + fraction + " " + currency.rawValue
    }

    private static func decimals(of currency: Currency) -> Int {
        switch currency.rawValue {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
            "XOF", "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        default: 2
        }
    }
}
