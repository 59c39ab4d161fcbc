/// Strings made of bytes, of which the long ones that come again and again are made once: the keys of a list's objects
/// are the same in each of them.
struct SharedNames {
    /// A new name takes the place of an older one with the same hash.
    private var names: [String] = []
    private static let places = 256
    /// Shorter strings are in no memory of their own.
    private static let longestInline = 15

    mutating func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard bytes.count > Self.longestInline else { return String(decoding: bytes, as: UTF8.self) }
        if names.isEmpty { names = Array(repeating: "", count: Self.places) }
        var hash = UInt32(2_166_136_261)
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        let place = Int((hash ^ hash >> 16) % UInt32(Self.places))
        let isSame = names[place].utf8.withContiguousStorageIfAvailable { name in
            name.count == bytes.count && name.elementsEqual(bytes)
        }
        if isSame ?? false { return names[place] }
        let name = String(decoding: bytes, as: UTF8.self)
        names[place] = name
        return name
    }
}
