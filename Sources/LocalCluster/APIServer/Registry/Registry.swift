internal import APIMachinery
internal import Crypto
internal import KubernetesClient
internal import Synchronization

/// The kinds that are served at the moment: the built-in ones and those of established CustomResourceDefinitions.
final class Registry: Sendable {
    private struct State {
        /// By `group/version/plural`.
        var definitions: [String: ResourceDefinition] = [:]
        /// The definitions made by each CustomResourceDefinition, by its name.
        var custom: [String: [ResourceDefinition]] = [:]
        /// How often the definitions have changed.
        var generation = 0
        var documents: [String: ServedDocument] = [:]
    }

    private let state: Mutex<State>

    init() {
        var state = State()
        for definition in BuiltinKinds.all { state.definitions[definition.path] = definition }
        self.state = Mutex(state)
    }

    func definition(group: String, version: String, plural: String) -> ResourceDefinition? {
        state.withLock { $0.definitions["\(group)/\(version)/\(plural)"] }
    }

    func serves(_ definition: ResourceDefinition) -> Bool {
        state.withLock { $0.definitions[definition.path] != nil }
    }

    /// Everything served, in no particular order.
    var all: [ResourceDefinition] { state.withLock { Array($0.definitions.values) } }

    func isBuiltin(group: String) -> Bool { group.isEmpty || BuiltinKinds.all.contains { $0.group == group } }

    /// Replaces what one CustomResourceDefinition defines.
    func set(_ definitions: [ResourceDefinition], for name: String) {
        state.withLock { state in
            for old in state.custom[name] ?? [] { state.definitions[old.path] = nil }
            for new in definitions { state.definitions[new.path] = new }
            state.custom[name] = definitions.isEmpty ? nil : definitions
            state.documents = [:]
            state.generation += 1
        }
    }

    /// A document made of all definitions (discovery, OpenAPI), made once until they change.
    func document(_ key: String, make: ([ResourceDefinition]) -> JSONValue) -> ServedDocument {
        document(key, bytes: { make($0).bytes() })
    }

    func document(_ key: String, bytes: ([ResourceDefinition]) -> [UInt8]) -> ServedDocument {
        let (known, definitions, generation) = state.withLock {
            ($0.documents[key], Array($0.definitions.values), $0.generation)
        }
        if let known { return known }
        let document = ServedDocument(bytes(definitions))
        state.withLock { if $0.generation == generation { $0.documents[key] = document } }
        return document
    }
}

/// A document with the tag by which clients recognize it.
struct ServedDocument: Sendable {
    let bytes: [UInt8]
    /// The value of an `ETag` header.
    let tag: String

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let digits = SHA512.hash(data: bytes).map { byte in
            let text = String(byte, radix: 16, uppercase: true)
            return text.utf8.count == 1 ? "0" + text : text
        }
        tag = "\"\(digits.joined())\""
    }
}

extension ResourceDefinition {
    fileprivate var path: String { "\(group)/\(version)/\(plural)" }

    /// The name under which the objects are stored: `pods`, `deployments.apps`.
    var storageKey: String { storageGroup.isEmpty ? plural : "\(plural).\(storageGroup)" }

    var served: ServedVersion { ServedVersion(apiVersion: apiVersion, kind: kind) }

    /// `events.k8s.io`: another view of core events.
    var isEventView: Bool { storageGroup != group }
}
