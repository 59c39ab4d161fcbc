internal import APIMachinery

/// The parameters of a URL, decoded; a name can come several times.
struct QueryParameters: Sendable {
    private let values: [String: [String]]

    init(_ text: some StringProtocol) {
        var values: [String: [String]] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1].percentDecoded(plusIsSpace: true) : ""
            values[parts[0].percentDecoded(plusIsSpace: true), default: []].append(value)
        }
        self.values = values
    }

    subscript(name: String) -> String? { values[name]?.first }

    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// `true` and `1`; nothing and everything else is false.
    func flag(_ name: String) -> Bool { ["true", "1", "t", "T", "TRUE", "True"].contains(values[name]?.first ?? "") }
}
