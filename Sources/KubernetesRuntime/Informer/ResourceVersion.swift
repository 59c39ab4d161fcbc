/// The order of resource versions: those of one resource are decimal numbers that grow (KEP-5504).
enum ResourceVersion {
    /// Whether a version is surely older; `false` for one that is no number.
    static func isOlder(_ version: String?, than other: String?) -> Bool {
        guard let version = number(version), let other = number(other) else { return false }
        return version < other
    }

    static func number(_ version: String?) -> UInt64? { version.flatMap { UInt64($0) } }
}
