import Foundation
import KubernetesClient
import LocalCluster
import StorefrontAPI

/// Brings up a cluster, the operator and a Storefront, and tells how it goes.
struct Up: Sendable {
    let configuration: LocalClusterConfiguration
    let manifests: String
    let storefrontFile: String?
    let timeout: Duration

    func run() async throws {
        // Read first: a mistake in a file should not cost the start of a cluster.
        let operatorObjects = try ManifestReader.objects(kustomization: manifests)
        let definition = try ManifestReader.objects(
            yaml: CustomResourceDefinition.storefront().yaml(), name: "the Storefront definition")
        var storefronts =
            try storefrontFile.map { file throws(LocalClusterError) in
                try ManifestReader.objects(file: file)
            } ?? []
        for index in storefronts.indices where storefronts[index].namespace == nil {
            storefronts[index].namespace = "default"
        }
        let progress = ProgressDisplay()
        let cluster = LocalCluster(configuration: configuration, progress: progress)
        let applied = storefronts
        try await cluster.run { access in
            try await access.apply(definition + operatorObjects)
            progress.done("the operator is installed")
            for namespace in Set(applied.compactMap(\.namespace)) {
                try await access.apply(access.dataServices(namespace: namespace))
            }
            try await access.apply(applied)
            for object in applied where object.kind == "Storefront" {
                try await waitUntilReady(object, access, progress)
            }
            if applied.isEmpty { progress.done("the cluster is ready; kubeconfig: \(access.kubeconfig)") }
        }
    }

    private func waitUntilReady(_ object: UntypedObject, _ access: ClusterAccess, _ progress: ProgressDisplay)
        async throws
    {
        progress.done("applied Storefront \(object.key)")
        let deadline = ContinuousClock.now + timeout
        var told: Set<String> = []
        while true {
            let current = StorefrontProgress(
                try await access.client.get(Storefront.resourceKind, object.name, namespace: object.namespace))
            // After a restart the status is still that of the run before, until the node has looked at its pods.
            if current.isReady, try await access.podsAreReady(of: object) {
                progress.wait(for: String?.none)
                progress.done("Storefront \(object.key) is Ready")
                let summary = Summary(storefront: object, url: current.url, access: access).text
                FileHandle.standardOutput.write(Data(summary.utf8))
                return
            }
            for condition in current.satisfied.subtracting(told) { progress.done(condition) }
            told.formUnion(current.satisfied)
            progress.wait(for: current.outstanding.first ?? "the operator")
            guard ContinuousClock.now < deadline else {
                throw LocalClusterError(
                    .timeout,
                    "Storefront \(object.key) is not ready after \(timeout). "
                        + "Outstanding: \(current.outstanding.joined(separator: "; ")). "
                        + "The cluster's log is \(configuration.state.logs)/cluster.log")
            }
            try await Task.sleep(for: .milliseconds(150))
            progress.tick()
        }
    }
}
