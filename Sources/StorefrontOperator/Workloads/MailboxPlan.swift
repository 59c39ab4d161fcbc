import Contracts
import KubernetesClient
import StorefrontAPI

extension Shop {
    /// The volume that mails are written to. A claim's size and class cannot be changed freely once it is bound, and
    /// what is in it belongs to the user; so one that is no longer wanted stays.
    func mailbox() -> PlannedObject? {
        guard let file = spec.notifications.file else { return nil }
        var claim: JSONValue = [
            "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string(file.storage.text)]],
        ]
        claim["storageClassName"] = file.storageClassName.map { .string($0) }
        return object(.persistentVolumeClaim, mailboxClaim, service: .notification, outlives: true, ["spec": claim])
    }
}
