import ArgumentParser
import Foundation
import KubernetesClient
import LocalCluster
import LocalNode

/// `storefront local node`
struct LocalNodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Join this machine to a Kubernetes cluster as a node that runs pods as processes, until Ctrl-C.")

    @Option(help: ArgumentHelp("How to reach the cluster; as kubectl finds it when not given.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: "The kubeconfig's context to use instead of its current one.")
    var context: String?

    @Option(help: "The Node's name; this machine's when not given.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "The folder that holds pods, volumes and logs; another one for each cluster.", valueName: "dir"))
    var state = ".storefront-node"

    @Option(
        help: ArgumentHelp(
            "Folders in which containers' programs are looked up before this program's own and PATH.", valueName: "dir")
    )
    var binaries: [String] = []

    @Option(help: "The address at which the API server finds the node; found out when not given.")
    var address: String?

    @Option(
        help: ArgumentHelp(
            "The first two octets of pods' addresses, of a network made this machine's own by `ip route add local "
                + "10.77.0.0/16 dev lo`; loopback addresses when not given.", valueName: "10.77"))
    var podNetwork: String?

    @Option(help: "The port of the kubelet API (logs).")
    var kubeletPort = 10250

    @Option(help: "The port at which Ingresses are served, on the node's address.")
    var port = 8080

    @Option(
        help: "Bind pending pods to this node: auto (while no scheduler is alive), always or never.",
        transform: { text in
            guard let schedule = SelfScheduling(rawValue: text) else {
                throw ValidationError("--schedule is auto, always or never.")
            }
            return schedule
        })
    var schedule = SelfScheduling.auto

    @Option(help: ArgumentHelp("A taint the Node is made with, KEY=VALUE:EFFECT.", valueName: "taint"))
    var taint: [String] = []

    func validate() throws {
        for (option, value) in [("--kubelet-port", kubeletPort), ("--port", port)]
        where !(1...65_535).contains(value) { throw ValidationError("\(option) must be from 1 to 65535.") }
        if let podNetwork {
            let octets = podNetwork.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
            guard octets.count == 2, octets.allSatisfy({ $0 != nil }) else {
                throw ValidationError("--pod-network is two octets, such as 10.77.")
            }
        }
        for text in taint where Taint(text) == nil {
            throw ValidationError("--taint \(text) is not KEY=VALUE:EFFECT or KEY:EFFECT.")
        }
    }

    func run() async throws {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        do {
            var node = JoinedNode(
                name: (name ?? ProcessInfo.processInfo.hostName).lowercased(), state: StateDirectory(path: state),
                client: try .automatic(kubeconfig: kubeconfig, context: context),
                binaryDirectories: binaries.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
                    + [program.deletingLastPathComponent().path])
            node.address = address
            node.podNetwork = podNetwork
            node.kubeletPort = kubeletPort
            node.edgePort = port
            node.scheduling = schedule
            node.taints = taint.compactMap { Taint($0) }
            try await node.run { FileHandle.standardOutput.write(Data("\($0)\n".utf8)) }
        } catch let error as LocalClusterError {
            throw Self.failure(error)
        } catch let error as KubernetesError {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: any Error) -> ExitCode {
        FileHandle.standardError.write(Data("storefront: \(error)\n".utf8))
        return .failure
    }
}
