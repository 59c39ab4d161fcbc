#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Standard base64 with padding.
enum Base64 {
    /// The position of the first byte that cannot be decoded, `nil` when the text is good.
    static func firstFault(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2B, 0x2F: continue
            case 0x3D where index >= bytes.count - 2 && bytes.count % 4 == 0: continue
            default: return index
            }
        }
        return bytes.count % 4 == 0 ? nil : bytes.count / 4 * 4
    }

    static func encode(_ bytes: some Collection<UInt8>) -> String { Data(bytes).base64EncodedString() }

    static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }
}
