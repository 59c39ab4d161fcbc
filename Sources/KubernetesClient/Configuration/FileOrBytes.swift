#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Material that is given in place or in a file. The description names the file and never shows the bytes.
public enum FileOrBytes: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    case file(String)
    case bytes([UInt8])

    /// Text given in place.
    public static func text(_ text: String) -> FileOrBytes { .bytes(Array(text.utf8)) }

    public var description: String {
        switch self {
        case .file(let path): "file \(path)"
        case .bytes(let bytes): "\(bytes.count) bytes"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// - Parameter what: says what it is in the error when the file cannot be read.
    func read(_ what: String) throws(KubernetesError) -> [UInt8] {
        switch self {
        case .bytes(let bytes): return bytes
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw .configuration("cannot read the \(what) \(path)")
            }
            return Array(data)
        }
    }
}
