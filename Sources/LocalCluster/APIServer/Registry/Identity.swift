#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A new object's uid.
func newUID() -> String { UUID().uuidString.lowercased() }

/// Now, RFC 3339 with whole seconds, as metadata has it.
func timestamp(_ date: Date = Date()) -> String { date.formatted(.iso8601) }

/// What `generateName` appends.
func randomSuffix() -> String {
    let characters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<5).compactMap { _ in characters.randomElement() })
}
