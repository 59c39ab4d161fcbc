/// Objects in the order of their namespaces and names (etcd's), kept in pieces: neither a change nor the copy that a
/// reader holds on to touches all of them.
struct SortedObjects: Sendable, Collection {
    struct Index: Comparable {
        fileprivate var piece: Int
        fileprivate var offset: Int

        static func < (left: Index, right: Index) -> Bool { (left.piece, left.offset) < (right.piece, right.offset) }
    }

    /// None of them is empty.
    private var pieces: [[StoredObject]] = []
    private(set) var count = 0

    private static let pieceLimit = 512

    init(_ objects: [StoredObject] = []) {
        let sorted = objects.sorted { $0.isOrdered(before: $1.namespace, $1.name) }
        count = sorted.count
        pieces = stride(from: 0, to: count, by: Self.pieceLimit).map { start in
            Array(sorted[start..<Swift.min(start + Self.pieceLimit, sorted.count)])
        }
    }

    var startIndex: Index { Index(piece: 0, offset: 0) }
    var endIndex: Index { Index(piece: pieces.count, offset: 0) }

    subscript(index: Index) -> StoredObject { pieces[index.piece][index.offset] }

    func index(after index: Index) -> Index {
        index.offset + 1 < pieces[index.piece].count
            ? Index(piece: index.piece, offset: index.offset + 1) : Index(piece: index.piece + 1, offset: 0)
    }

    func distance(from start: Index, to end: Index) -> Int {
        if end < start { return -distance(from: end, to: start) }
        return pieces[start.piece..<end.piece].reduce(end.offset - start.offset) { $0 + $1.count }
    }

    /// Where the object of this name stands or would stand.
    func index(of namespace: String, _ name: String) -> Index {
        let piece = Self.first(pieces.count) { !pieces[$0][pieces[$0].count - 1].isOrdered(before: namespace, name) }
        guard piece < pieces.count else { return endIndex }
        return Index(
            piece: piece,
            offset: Self.first(pieces[piece].count) { !pieces[piece][$0].isOrdered(before: namespace, name) })
    }

    func object(_ namespace: String, _ name: String) -> StoredObject? {
        let index = index(of: namespace, name)
        guard index < endIndex, self[index].name == name, self[index].namespace == namespace else { return nil }
        return self[index]
    }

    /// The objects of one namespace, or all.
    func slice(_ namespace: String?) -> SubSequence {
        guard let namespace else { return self[...] }
        // "\0" sorts directly after the empty string: behind every object of the namespace itself.
        return self[index(of: namespace, "")..<index(of: namespace + "\0", "")]
    }

    /// Puts an object in the place of the one of its name, if there is one.
    mutating func put(_ object: StoredObject) {
        let index = index(of: object.namespace, object.name)
        if index < endIndex, self[index].name == object.name, self[index].namespace == object.namespace {
            pieces[index.piece][index.offset] = object
            return
        }
        count += 1
        // What comes behind everything else goes to the last piece.
        let piece = Swift.min(index.piece, pieces.count - 1)
        guard piece >= 0 else {
            pieces = [[object]]
            return
        }
        pieces[piece].insert(object, at: piece == index.piece ? index.offset : pieces[piece].count)
        guard pieces[piece].count > Self.pieceLimit else { return }
        let half = Array(pieces[piece][(Self.pieceLimit / 2)...])
        pieces[piece].removeSubrange((Self.pieceLimit / 2)...)
        pieces.insert(half, at: piece + 1)
    }

    mutating func remove(_ object: StoredObject) {
        let index = index(of: object.namespace, object.name)
        count -= 1
        pieces[index.piece].remove(at: index.offset)
        if pieces[index.piece].isEmpty { pieces.remove(at: index.piece) }
    }

    /// The first of `count` numbers from 0 of which a condition holds that holds of all after it, too.
    private static func first(_ count: Int, where holds: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// What a list or watch is made of.
typealias ObjectSlice = Slice<SortedObjects>

extension ObjectSlice {
    /// The objects after one of a name, whether that is still there or not.
    func after(_ namespace: String, _ name: String) -> ObjectSlice {
        // "\0" sorts directly after the name itself.
        let index = base.index(of: namespace, name + "\0")
        return self[Swift.max(startIndex, Swift.min(index, endIndex))...]
    }
}
