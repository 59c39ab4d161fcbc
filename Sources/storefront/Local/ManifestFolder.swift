import Foundation
import LocalCluster

/// Where the operator's manifests are: given, in the working directory, or beside the program (a build folder's
/// package, or an installation's share folder).
enum ManifestFolder {
    static func find(named name: String?, program: String) throws(LocalClusterError) -> String {
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent()
        let candidates =
            name.map { [$0] } ?? [
                "manifests/overlays/cluster-wide",
                folder.appending(path: "../../../manifests/overlays/cluster-wide").standardizedFileURL.path,
                folder.appending(path: "../../manifests/overlays/cluster-wide").standardizedFileURL.path,
                folder.appending(path: "../share/storefront/manifests/overlays/cluster-wide").standardizedFileURL.path,
            ]
        if let found = candidates.first(where: { FileManager.default.fileExists(atPath: "\($0)/kustomization.yaml") }) {
            return found
        }
        throw LocalClusterError(
            .manifestInvalid,
            "No operator manifests in \(candidates.joined(separator: ", ")); name them with --manifests.")
    }
}
