internal import KubernetesClient

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension ObjectStore {
    /// Removes Events of which nothing has been heard for an hour, as Kubernetes does.
    func removeOldEvents(now: Date = Date(), lifetime: Double = 3600) {
        for stored in list("events").objects {
            let event = stored.value()
            let times = [
                event[path: ["metadata", "creationTimestamp"]], event["lastTimestamp"], event["eventTime"],
                event[path: ["series", "lastObservedTime"]],
            ]
            let newest = times.compactMap { $0?.stringValue.flatMap { HumanDuration.date($0) } }.max()
            guard let newest, now.timeIntervalSince(newest) > lifetime else { continue }
            // Whoever wrote it just now has made it young again.
            _ = try? commit(
                StoreChange(
                    resource: "events", namespace: stored.namespace, name: stored.name, basis: stored.revision,
                    object: event, isDeletion: true))
        }
    }
}
