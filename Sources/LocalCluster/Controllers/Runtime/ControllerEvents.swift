import KubernetesClient
import KubernetesRuntime
import Logging

/// A recorder for each controller, under the name that `kubectl describe` shows for Kubernetes' own.
struct ControllerEvents: Sendable {
    let deployment: EventRecorder
    let replicaSet: EventRecorder
    let job: EventRecorder
    let cronJob: EventRecorder
    let statefulSet: EventRecorder
    let daemonSet: EventRecorder
    let autoscaler: EventRecorder
    let scheduler: EventRecorder
    let nodes: EventRecorder
    let taintEviction: EventRecorder
    let garbageCollector: EventRecorder
    let disruption: EventRecorder

    init(_ client: KubernetesClient, logger: Logger) {
        func recorder(_ component: String) -> EventRecorder {
            EventRecorder(client: client, component: component, logger: logger)
        }
        deployment = recorder("deployment-controller")
        replicaSet = recorder("replicaset-controller")
        job = recorder("job-controller")
        cronJob = recorder("cronjob-controller")
        statefulSet = recorder("statefulset-controller")
        daemonSet = recorder("daemonset-controller")
        autoscaler = recorder("horizontal-pod-autoscaler")
        scheduler = recorder("default-scheduler")
        nodes = recorder("node-controller")
        taintEviction = recorder("taint-eviction-controller")
        garbageCollector = recorder("garbage-collector-controller")
        disruption = recorder("controllermanager")
    }

    /// Sends what is recorded until cancelled or told to shut down gracefully.
    func run() async {
        let all = [
            deployment, replicaSet, job, cronJob, statefulSet, daemonSet, autoscaler, scheduler, nodes,
            taintEviction, garbageCollector, disruption,
        ]
        await withTaskGroup(of: Void.self) { group in
            for recorder in all { group.addTask { try? await recorder.run() } }
        }
    }
}
