/// The names of a hosts(5) file with the first address given to each, in lower case.
public struct HostsFile: Sendable, Equatable {
    public private(set) var addresses: [String: String] = [:]

    public init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let address = fields.first else { continue }
            for name in fields.dropFirst() where addresses[name.lowercased()] == nil {
                addresses[name.lowercased()] = String(address)
            }
        }
    }
}
