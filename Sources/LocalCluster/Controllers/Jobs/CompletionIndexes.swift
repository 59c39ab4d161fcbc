/// Indexes of an Indexed Job, as its status writes them: `0-3,5,7,8`.
struct CompletionIndexes: Equatable {
    private(set) var members = RangeSet<Int>()

    init() {}

    /// - Parameter completions: indexes from there on no longer count.
    init(_ text: String?, completions: Int) {
        for part in (text ?? "").split(separator: ",") {
            let limits = part.split(separator: "-").map { Int($0) }
            guard let first = limits.first ?? nil, let last = limits.last ?? nil, first >= 0, first <= last else {
                continue
            }
            let end = min(last + 1, completions)
            if first < end { members.insert(contentsOf: first..<end) }
        }
    }

    var count: Int { members.ranges.reduce(0) { $0 + $1.count } }
    var isEmpty: Bool { members.isEmpty }

    func contains(_ index: Int) -> Bool { members.contains(index) }

    mutating func insert(_ index: Int) { members.insert(contentsOf: index..<(index + 1)) }

    func intersection(_ other: Self) -> Self {
        var both = Self()
        both.members = members.intersection(other.members)
        return both
    }

    func union(_ other: Self) -> Self {
        var either = Self()
        either.members = members.union(other.members)
        return either
    }

    /// The first indexes that are not among these.
    func firstMissing(_ wanted: Int, of completions: Int) -> [Int] {
        guard completions > 0, wanted > 0 else { return [] }
        var all = RangeSet<Int>()
        all.insert(contentsOf: 0..<completions)
        return Array(all.subtracting(members).ranges.lazy.joined().prefix(wanted))
    }

    var text: String {
        members.ranges.map { range in
            let last = range.upperBound - 1
            return range.count == 1
                ? "\(last)" : "\(range.lowerBound)\(range.count == 2 ? "," : "-")\(last)"
        }.joined(separator: ",")
    }
}
