internal import APIMachinery
internal import KubernetesClient
internal import Synchronization

/// The kinds that are served at the moment: the built-in ones and those of established CustomResourceDefinitions.
final class Registry: Sendable {
    private struct State {
        /// By `group/version/plural`.
        var definitions: [String: ResourceDefinition] = [:]
        /// The definitions made by each CustomResourceDefinition, by its name.
        var custom: [String: [ResourceDefinition]] = [:]
        var documents: [String: [UInt8]] = [:]
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
        }
    }

    /// A document made of all definitions (discovery, OpenAPI), made once until they change.
    func document(_ key: String, make: ([ResourceDefinition]) -> JSONValue) -> [UInt8] {
        if let cached = state.withLock({ $0.documents[key] }) { return cached }
        let definitions = all
        let bytes = make(definitions).bytes()
        state.withLock { if $0.definitions.count == definitions.count { $0.documents[key] = bytes } }
        return bytes
    }
}

extension ResourceDefinition {
    fileprivate var path: String { "\(group)/\(version)/\(plural)" }

    /// The name under which the objects are stored: `pods`, `deployments.apps`.
    var storageKey: String { storageGroup.isEmpty ? plural : "\(plural).\(storageGroup)" }

    var served: ServedVersion { ServedVersion(apiVersion: apiVersion, kind: kind) }
    var servedList: ServedVersion { ServedVersion(apiVersion: apiVersion, kind: listKind) }

    /// `events.k8s.io`: another view of core events.
    var isEventView: Bool { storageGroup != group }
}
