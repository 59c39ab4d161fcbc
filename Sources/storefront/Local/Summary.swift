import Foundation
import KubernetesClient
import LocalCluster

/// What to know and try once the shop is up.
struct Summary {
    let storefront: UntypedObject
    let url: String?
    let access: ClusterAccess

    var text: String {
        let name = storefront.name
        let namespace = storefront.namespace ?? "default"
        let url = url ?? access.edgeURL
        let kubectl = "kubectl --kubeconfig \(access.kubeconfig)\(namespace == "default" ? "" : " -n \(namespace)")"
        return """

            The shop is open:  \(url)
              kubeconfig       \(access.kubeconfig)
              administrator    \(kubectl) get secret \(name)-admin -o go-template='{{.data.email|base64decode}} {{.data.password|base64decode}}{{"\\n"}}'
              mails            \(access.mailbox(storefront: name, namespace: namespace))

            Try:
              curl -s '\(url)/api/v1/products?q=coffee&limit=3'
              \(kubectl) get storefronts,deploy,hpa,pods
              \(kubectl) logs deploy/\(name)-order -f

            Ctrl-C stops everything; the same command resumes with all data.

            """
    }
}
