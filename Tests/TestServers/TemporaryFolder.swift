import Foundation

public enum TemporaryFolder {
    public static func make(_ name: String) throws -> String {
        let path = NSTemporaryDirectory() + "storefront-\(name)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}

/// A folder of a test that is removed at its end.
public func withTemporaryFolder<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (String) async throws -> Value
) async throws -> Value {
    let folder = try TemporaryFolder.make("test")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}
