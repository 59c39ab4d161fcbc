import Contracts
import StorefrontAPI

/// The conditions of a shop: a pure function of what was found.
struct Conditions {
    var observation: ShopObservation
    var namespace: String
    var name: String

    func all() -> [Condition] {
        let parts = [
            step(.secretsReady, observation.secrets, done: "SecretsPresent", "All Secrets are there."),
            step(.databasesReady, observation.databases, done: "DatabasesPresent", "Every service has its database."),
            step(
                .messagingReady, observation.messaging, done: "TopologyDeclared",
                "Virtual host, users, exchanges and queues are there."),
            migrated(), available(),
        ]
        return [ready(parts)] + parts + [progressing(), suspended()]
    }

    private func step(
        _ kind: Condition.Kind, _ step: ShopObservation.Step, done reason: String, _ message: String
    ) -> Condition {
        switch step {
        case .done: Condition(kind, .true, reason: reason, message: message)
        case .failed(let reason, let message): Condition(kind, .false, reason: reason, message: message)
        case .unknown(let reason, let message): Condition(kind, .unknown, reason: reason, message: message)
        }
    }

    /// The first part that is not well speaks for the whole.
    private func ready(_ parts: [Condition]) -> Condition {
        if observation.isSuspended {
            return Condition(
                .ready, .false, reason: "Suspended", message: "The shop is closed: spec.suspend is true.")
        }
        if let failure = observation.objects.first {
            return Condition(
                .ready, .false, reason: failure.isForeign ? "NameTaken" : "ApplyFailed",
                message: "\(failure.object): \(failure.detail)")
        }
        guard let trouble = parts.first(where: { $0.status == .false }) ?? parts.first(where: { $0.status != .true })
        else {
            let place = observation.url.map { " at \($0)" } ?? ""
            return Condition(.ready, .true, reason: "Open", message: "The shop is open\(place).")
        }
        return Condition(.ready, .false, reason: trouble.reason, message: trouble.message)
    }

    private func migrated() -> Condition {
        if observation.isSuspended {
            return Condition(.migrated, .unknown, reason: "Suspended", message: "Not looked at while suspended.")
        }
        for service in ServiceName.allCases {
            if let detail = observation.migrationFailures[service] {
                return Condition(
                    .migrated, .false, reason: "MigrationNotStarted",
                    message: "The migration Job of \(service.rawValue) cannot be made: \(detail)")
            }
            if case .failed(let job, let message, _) = observation.migrations[service] {
                return Condition(
                    .migrated, .false, reason: "MigrationFailed",
                    message:
                        "Job \(job) failed\(message.isEmpty ? "" : " (\(message))"); see `kubectl logs -n \(namespace) "
                        + "job/\(job)`. It is tried again every minute, and when spec, release or database change.")
            }
        }
        let open = ServiceName.allCases.filter { observation.migrations[$0]?.isCompleted != true }
        guard let first = open.first else {
            return Condition(
                .migrated, .true, reason: "MigrationsCompleted", message: "Every database has its newest tables.")
        }
        let names = open.map(\.rawValue).joined(separator: ", ")
        if case .waiting(let job) = observation.migrations[first] {
            return Condition(
                .migrated, .false, reason: "MigrationWaiting",
                message: "Waiting for Job \(job), an earlier migration, to end; it is never stopped midway.")
        }
        if observation.migrations[first] == nil {
            return Condition(
                .migrated, .unknown, reason: "WaitingForDatabases",
                message: "The migrations of \(names) begin once the databases are there.")
        }
        return Condition(.migrated, .false, reason: "Migrating", message: "Migrating the databases of \(names).")
    }

    private func available() -> Condition {
        if observation.isSuspended {
            return Condition(
                .servicesAvailable, .false, reason: "Suspended", message: "All services are scaled to zero.")
        }
        let closed = ServiceName.allCases.filter { (observation.deployments[$0]?.available ?? 0) == 0 }
        guard !closed.isEmpty else {
            return Condition(
                .servicesAvailable, .true, reason: "ServicesAvailable", message: "Every service has an available pod.")
        }
        let names = closed.map(\.rawValue).joined(separator: ", ")
        let isStalled = closed.contains { observation.deployments[$0]?.stalled != nil }
        let isMissing = closed.allSatisfy { observation.deployments[$0] == nil }
        let look = "see `kubectl get pods -n \(namespace) -l \(Labels.instance)=\(name)`"
        return Condition(
            .servicesAvailable, .false,
            reason: isStalled ? "RolloutStalled" : isMissing ? "NotDeployed" : "ServicesUnavailable",
            message: isMissing
                ? "\(names): not deployed yet." : "\(names): no pod is available; \(look) and the logs of their pods.")
    }

    private func progressing() -> Condition {
        if observation.isSuspended {
            return Condition(.progressing, .false, reason: "Suspended", message: "Nothing is being changed.")
        }
        let moving = ServiceName.allCases.filter { service in
            guard let state = observation.deployments[service] else { return true }
            return !state.isRolledOut || state.replicas < (observation.minimum[service] ?? 1)
        }
        if let stalled = moving.first(where: { observation.deployments[$0]?.stalled != nil }) {
            return Condition(
                .progressing, .false, reason: "RolloutStalled",
                message:
                    "\(stalled.rawValue): \(observation.deployments[stalled]?.stalled ?? "") See `kubectl describe "
                    + "-n \(namespace) deploy/\(name)-\(stalled.rawValue)`.")
        }
        guard !moving.isEmpty else {
            return Condition(.progressing, .false, reason: "Stable", message: "All pods run what the spec says.")
        }
        return Condition(
            .progressing, .true, reason: "RollingOut",
            message: "Rolling out \(moving.map(\.rawValue).joined(separator: ", ")).")
    }

    private func suspended() -> Condition {
        observation.isSuspended
            ? Condition(
                .suspended, .true, reason: "SuspendedBySpec",
                message: "spec.suspend is true: services are scaled to zero; data, queues and Secrets stay.")
            : Condition(.suspended, .false, reason: "NotSuspended", message: "The shop is not suspended.")
    }
}
