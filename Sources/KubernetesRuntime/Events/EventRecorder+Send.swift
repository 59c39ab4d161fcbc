import KubernetesClient
import Logging
import ServiceLifecycle

extension EventRecorder {
    func send() async {
        var aggregation = EventAggregation()
        var similar = SimilarEvents()
        for await event in queue.cancelOnGracefulShutdown() {
            if Task.isCancelled { return }
            do throws(KubernetesError) {
                try await send(similar.combined(event), &aggregation)
            } catch {
                if Task.isCancelled { return }
                logger.debug("an event was not recorded", metadata: ["reason": "\(event.reason)", "error": "\(error)"])
            }
        }
    }

    private func send(_ event: RecordedEvent, _ aggregation: inout EventAggregation) async throws(KubernetesError) {
        switch aggregation.decide(event) {
        case .drop: return
        case .create: try await create(event, &aggregation)
        case .count(let name, let namespace, let count):
            do throws(KubernetesError) {
                var change: JSONValue = ["count": JSONValue(count), "lastTimestamp": .string(event.time.seconds)]
                if event.isCombined { change["message"] = .string(event.message.truncated(toBytes: 1024)) }
                _ = try await client.patch(.event, name, namespace: namespace, .merge(change))
            } catch {
                // Events expire on the server after an hour or so.
                guard error.isNotFound else { throw error }
                aggregation.forget(event)
                try await create(event, &aggregation)
            }
        }
    }

    private func create(_ event: RecordedEvent, _ aggregation: inout EventAggregation) async throws(KubernetesError) {
        // Objects without namespace have their events in `default`.
        let namespace = event.about.namespace ?? "default"
        let unique =
            String(UInt64(bitPattern: event.time.microseconds), radix: 16)
            + String(UInt16.random(in: .min ... .max), radix: 16)
        var object = UntypedObject(
            .event, name: "\(event.about.name.prefix(220)).\(unique)", namespace: namespace)
        object["involvedObject"] = event.about.json
        object["type"] = .string(event.kind.rawValue)
        object["reason"] = .string(event.reason)
        object["message"] = .string(event.message.truncated(toBytes: 1024))
        object["count"] = 1
        object["firstTimestamp"] = .string(event.time.seconds)
        object["lastTimestamp"] = .string(event.time.seconds)
        object["source"] = ["component": .string(component)]
        object["reportingComponent"] = .string(component)
        object["reportingInstance"] = .string(instance)
        _ = try await client.create(.event, object)
        aggregation.created(event, name: object.name, namespace: namespace)
    }
}

extension String {
    /// The beginning that fits in so many bytes, whole characters only.
    func truncated(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var text = ""
        var bytes = 0
        for character in self {
            bytes += character.utf8.count
            if bytes > limit - 3 { break }
            text.append(character)
        }
        return text + "…"
    }
}
