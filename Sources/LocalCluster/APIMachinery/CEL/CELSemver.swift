/// A version number (`1.2.3-rc.1`).
struct CELSemver: Sendable, Hashable {
    let numbers: [UInt64]
    private let prerelease: [String]
    private let build: String

    /// - Parameter lenient: whether `v1.2` and leading zeros are allowed.
    init(_ source: String, lenient: Bool = false) throws(CELError) {
        var text = source
        if lenient {
            if text.hasPrefix("v") { text.removeFirst() }
            var parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            parts = parts.map { part in
                guard part.count > 1 else { return part }
                let rest = part.drop { $0 == "0" }
                return rest.first?.isNumber == true ? String(rest) : "0" + rest
            }
            if parts.count < 3 {
                if parts[parts.count - 1].contains(where: { $0 == "+" || $0 == "-" }) {
                    throw CELError("short version cannot contain PreRelease/Build meta data")
                }
                parts += Array(repeating: "0", count: 3 - parts.count)
            }
            text = parts.joined(separator: ".")
        }
        if text.isEmpty { throw CELError("Version string empty") }
        let halves = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let main = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = main[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw CELError("No Major.Minor.Patch elements found") }
        var numbers: [UInt64] = []
        for (part, name) in zip(parts, ["major", "minor", "patch"]) {
            let label = name.prefix(1).uppercased() + name.dropFirst()
            guard !part.isEmpty, part.allSatisfy({ $0.isASCII && $0.isNumber }) else {
                throw CELError("Invalid character(s) found in \(name) number \(CELText.quoted(String(part)))")
            }
            if part.count > 1, part.first == "0" {
                throw CELError("\(label) number must not contain leading zeroes \(CELText.quoted(String(part)))")
            }
            guard let number = UInt64(part) else {
                throw CELError("strconv.ParseUint: parsing \(part): value out of range")
            }
            numbers.append(number)
        }
        self.numbers = numbers
        prerelease =
            main.count > 1 ? main[1].split(separator: ".", omittingEmptySubsequences: false).map(String.init) : []
        build = halves.count > 1 ? String(halves[1]) : ""
        if let bad = prerelease.first(where: {
            $0.isEmpty || $0.contains { !$0.isASCII || !$0.isLetter && !$0.isNumber && $0 != "-" }
        }) {
            throw CELError(
                bad.isEmpty
                    ? "Prerelease is empty" : "Invalid character(s) found in prerelease \(CELText.quoted(bad))")
        }
    }

    func compared(to other: CELSemver) -> Int64 {
        for (left, right) in zip(numbers, other.numbers) where left != right { return left < right ? -1 : 1 }
        if prerelease.isEmpty || other.prerelease.isEmpty {
            return prerelease.isEmpty == other.prerelease.isEmpty ? 0 : prerelease.isEmpty ? 1 : -1
        }
        for (left, right) in zip(prerelease, other.prerelease) where left != right {
            switch (UInt64(left), UInt64(right)) {
            case (let left?, let right?): if left != right { return left < right ? -1 : 1 }
            case (_?, nil): return -1
            case (nil, _?): return 1
            default: return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
            }
        }
        let (count, otherCount) = (prerelease.count, other.prerelease.count)
        return count == otherCount ? 0 : count < otherCount ? -1 : 1
    }
}
