import KubernetesClient
import KubernetesRuntime
import Logging

/// A recorder for each controller, under the name that `kubectl describe` shows for Kubernetes' own.
struct ControllerEvents: Sendable {
    let deployment: EventRecorder
    let replicaSet: EventRecorder
    let job: EventRecorder
    let autoscaler: EventRecorder
    let nodes: EventRecorder
    let garbageCollector: EventRecorder
    let disruption: EventRecorder
    let unrun: EventRecorder
    private let all: [EventRecorder]

    init(_ client: KubernetesClient, logger: Logger) {
        var all: [EventRecorder] = []
        func recorder(_ component: String) -> EventRecorder {
            all.append(EventRecorder(client: client, component: component, logger: logger))
            return all[all.count - 1]
        }
        deployment = recorder("deployment-controller")
        replicaSet = recorder("replicaset-controller")
        job = recorder("job-controller")
        autoscaler = recorder("horizontal-pod-autoscaler")
        nodes = recorder("node-controller")
        garbageCollector = recorder("garbage-collector-controller")
        disruption = recorder("controllermanager")
        unrun = recorder("local-controllers")
        self.all = all
    }

    /// Sends what is recorded until cancelled or told to shut down gracefully.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for recorder in all { group.addTask { try? await recorder.run() } }
        }
    }
}
