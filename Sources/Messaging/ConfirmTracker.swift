/// Which published messages the broker still owes an answer, by delivery tag. Tags count from 1 on each channel.
struct ConfirmTracker {
    private(set) var lastTag: UInt64 = 0
    private var outstanding: Set<UInt64> = []
    /// Refused by the broker.
    private(set) var nacked = 0

    var outstandingCount: Int { outstanding.count }
    var isSettled: Bool { outstanding.isEmpty }

    mutating func published() {
        lastTag += 1
        outstanding.insert(lastTag)
    }

    /// `multiple`: the answer is for all up to the tag; tag 0 then means all there are.
    mutating func acknowledged(_ tag: UInt64, multiple: Bool) { settle(tag, multiple) }

    mutating func refused(_ tag: UInt64, multiple: Bool) { nacked += settle(tag, multiple) }

    mutating func forgetRefusals() { nacked = 0 }

    @discardableResult
    private mutating func settle(_ tag: UInt64, _ multiple: Bool) -> Int {
        guard multiple else { return outstanding.remove(tag) == nil ? 0 : 1 }
        let before = outstanding.count
        outstanding = tag == 0 ? [] : outstanding.filter { $0 > tag }
        return before - outstanding.count
    }
}
