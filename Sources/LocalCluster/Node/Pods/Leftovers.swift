import Foundation
import KubernetesClient
import KubernetesRuntime

/// What pods that were deleted while no agent ran have left on this machine.
struct Leftovers: Sendable {
    let stateDirectory: String

    /// Removes the folders and logs of pods that are not there any more, once it is known which are.
    func remove(except pods: Informer) async throws {
        try await pods.waitUntilSynced()
        let manager = FileManager.default
        func names(_ folder: String) -> [String] {
            (try? manager.contentsOfDirectory(atPath: "\(stateDirectory)/\(folder)")) ?? []
        }
        // Read before the pods are, so that nobody new is taken for one of the past.
        let (folders, logs) = (names("pods"), names("logs"))
        let present = Set(pods.store.objects.map(\.uid))
        for uid in folders where !present.contains(uid) {
            try? manager.removeItem(atPath: "\(stateDirectory)/pods/\(uid)")
        }
        for name in logs {
            // NAMESPACE_NAME_UID; other files may live beside them.
            let parts = name.split(separator: "_")
            guard parts.count == 3, !present.contains(String(parts[2])) else { continue }
            try? manager.removeItem(atPath: "\(stateDirectory)/logs/\(name)")
        }
    }
}
