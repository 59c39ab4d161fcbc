import AsyncHTTPClient
import KubernetesClient
import KubernetesRuntime
import Logging
import StorefrontAPI

/// What all passes over all shops share.
struct OperatorContext: Sendable {
    var view: ClusterView
    var recorder: EventRecorder
    var schedules: CheckSchedules
    var http: HTTPClient
    var operatorVersion: String
    var logger: Logger

    func applier(for owner: String) -> ObjectApplier { ObjectApplier(view: view, owner: owner) }

    func secrets(in namespace: String) -> SecretReader { SecretReader(view: view, namespace: namespace) }
}
