import Contracts
import KubernetesClient
import KubernetesRuntime
import StorefrontAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One pass over a shop: look, plan, bring everything to the plan, and say what was found. Steps that do not need each
/// other run side by side, and one that fails keeps no other from its work.
struct ShopPass: Sendable {
    var shop: Shop
    var storefront: UntypedObject
    var context: OperatorContext

    struct Result: Sendable {
        var observation: ShopObservation
        /// When to look again at what no watch tells of.
        var again: Duration
    }

    private var applier: ObjectApplier { context.applier(for: shop.uid) }
    private var pace: CheckPace { CheckPace(shops: context.view.count(Storefront.resourceKind)) }
    private var access: ServerAccess { ServerAccess(shop: shop, context: context) }

    func run() async -> Result {
        var observation = ShopObservation()
        observation.isSuspended = shop.spec.suspend
        observation.version = shop.version
        for service in ServiceName.allCases {
            observation.minimum[service] = shop.settings(of: service).autoscaling.minReplicas
        }
        let plan: StorefrontPlan
        let missing: [ServiceName: UnusableSecret]
        do {
            let material = try await material()
            let (facts, unusable) = try await self.facts()
            missing = unusable
            observation.url = facts.publicURL ?? shop.publicURL
            plan = try StorefrontPlan(shop, material: material, facts: facts)
        } catch {
            return stopped(observation, by: error)
        }
        if let secret = missing.sorted(by: { $0.key.rawValue < $1.key.rawValue }).first?.value {
            observation.secrets = .failed(
                reason: "SecretUnusable", message: "Secret \(shop.namespace)/\(secret.name) \(secret.problem).")
        }
        // Passwords are kept before anything outside of the cluster gets to know them.
        let secrets = plan.objects.filter { $0.kind == .secret }
        observation.objects = await applier.apply(secrets)
        if let failure = observation.objects.first {
            observation.secrets = .failed(reason: "SecretNotKept", message: "\(failure.object): \(failure.detail)")
            return unknown(observation, again: pace.retry)
        }
        return await bring(plan, missing: missing, observation)
    }

    private func bring(
        _ plan: StorefrontPlan, missing: [ServiceName: UnusableSecret], _ before: ShopObservation
    ) async -> Result {
        var observation = before
        var again = CheckPace.spread(CheckPace.watchedOnly)
        let others = plan.objects.filter { $0.kind != .secret }
        async let failures = applier.apply(others)
        if shop.spec.suspend {
            observation.databases = .unknown(reason: "Suspended", message: "Not looked at while suspended.")
            observation.messaging = .unknown(reason: "Suspended", message: "Not looked at while suspended.")
            for workload in plan.workloads where deployment(workload) != nil {
                do { try await applier.apply(workload.deployment) } catch {
                    observation.objects.append(failure(workload.deployment, error))
                }
            }
        } else {
            async let broker = checkBroker(plan.broker)
            let databases = await checkDatabases(plan.databases)
            observation.databases = Self.step(databases.0)
            let isReady = databases.0 == .done
            await withTaskGroup(of: WorkloadOutcome.self) { group in
                for workload in plan.workloads {
                    group.addTask {
                        await self.bring(
                            workload, databaseIsReady: isReady, isMissing: missing[workload.service] != nil)
                    }
                }
                for await outcome in group {
                    observation.migrations[outcome.service] = outcome.migration
                    observation.migrationFailures[outcome.service] = outcome.migrationFailure
                    if let failure = outcome.failure { observation.objects.append(failure) }
                    if let pause = outcome.again { again = min(again, pause) }
                }
            }
            let messaging = await broker
            observation.messaging = Self.step(messaging.0)
            again = min(again, databases.again, messaging.again)
        }
        observation.objects += await failures
        if !observation.objects.isEmpty || observation.secrets != .done {
            again = min(again, pace.retry)
        }
        for workload in plan.workloads {
            observation.deployments[workload.service] = deployment(workload).map(DeploymentState.init)
        }
        return Result(observation: observation, again: again)
    }

    private func deployment(_ workload: StorefrontPlan.Workload) -> UntypedObject? {
        context.view.object(.deployment, workload.deployment.key)
    }

    // MARK: - What is known

    private func material() async throws -> ShopMaterial {
        if let name = shop.broughtSecretNames.first(where: Set(shop.generatedSecretNames).contains) {
            throw UnusableSecret(
                name: name, problem: "has a name that the operator needs for a Secret of its own; give it another")
        }
        let existing = try await context.secrets(in: shop.namespace).generated(of: shop)
        return try ShopMaterial(of: shop, existing: existing, now: Date())
    }

    /// What the plan needs to know, and the services that cannot start since a Secret of the user's is missing.
    private func facts() async throws -> (ObservedFacts, [ServiceName: UnusableSecret]) {
        var facts = ObservedFacts()
        var missing: [ServiceName: UnusableSecret] = [:]
        let reader = context.secrets(in: shop.namespace)
        for service in ServiceName.allCases {
            for (name, keys) in shop.userSecrets(of: service) {
                switch try await reader.required(name, keys: keys) {
                case .failure(let problem): missing[service] = problem
                case .success(let content):
                    facts.userSecrets[name] = Fingerprint.of(
                        keys.map { content[$0] ?? "" }.joined(separator: "\n"))
                    if name == shop.spec.redis.secretName { facts.redisPort = Self.port(ofURL: content["url"] ?? "") }
                }
            }
        }
        if shop.spec.ingress.enabled,
            let ingress = context.view.object(.ingress, ObjectKey(namespace: shop.namespace, name: shop.name))
        {
            facts.publicURL = shop.publicURL(of: ingress)
        }
        return (facts, missing)
    }

    static func port(ofURL url: String) -> Int? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else { return nil }
        return Int(authority[authority.index(after: colon)...])
    }

    // MARK: - Servers

    private func checkDatabases(_ plans: [DatabasePlan]) async -> (CheckSchedule.Outcome, again: Duration) {
        let server = shop.spec.postgres.server
        let input = Fingerprint.of(
            "\(shop.host(server.host)):\(server.port) \(server.sslMode) \(plans) "
                + (secretVersion(server.adminSecretName) ?? ""))
        return await context.schedules.outcome(.postgres, of: shop.key, input: input, pace: pace) {
            do {
                let changes = try await access.databases().apply(plans) { try await self.forgetMigration(of: $0) }
                tell(changes, "DatabaseChanged", of: access.postgresName)
                return .done
            } catch {
                let (reason, message) = access.explain(error)
                return .failed(reason: reason, message: message)
            }
        }
    }

    private func checkBroker(_ plan: BrokerPlan) async -> (CheckSchedule.Outcome, again: Duration) {
        let server = shop.spec.rabbitmq.server
        let input = Fingerprint.of(
            "\(shop.host(server.host)):\(server.managementPort) \(server.tls) \(plan) "
                + (secretVersion(server.adminSecretName) ?? ""))
        return await context.schedules.outcome(.rabbitMQ, of: shop.key, input: input, pace: pace) {
            do {
                let changes = try await access.broker().apply(plan)
                tell(changes, "MessagingChanged", of: access.rabbitMQName)
                return .done
            } catch {
                let (reason, message) = access.explain(error)
                return .failed(reason: reason, message: message)
            }
        }
    }

    private func secretVersion(_ name: String) -> String? {
        context.view.version(.secret, ObjectKey(namespace: shop.namespace, name: name))
    }

    private func tell(_ changes: [String], _ reason: String, of server: String) {
        guard !changes.isEmpty else { return }
        let shown = changes.prefix(6).joined(separator: "; ")
        let rest = changes.count > 6 ? "; and \(changes.count - 6) more changes" : ""
        context.recorder.record(storefront, reason: reason, message: "\(server): \(shown)\(rest).")
    }

    private static func step(_ outcome: CheckSchedule.Outcome) -> ShopObservation.Step {
        switch outcome {
        case .done: .done
        case .failed(let reason, let message): .failed(reason: reason, message: message)
        }
    }

    // MARK: - Workloads

    private struct WorkloadOutcome: Sendable {
        var service: ServiceName
        var migration: MigrationStep?
        var migrationFailure: String?
        var failure: ObjectFailure?
        var again: Duration?
    }

    private func jobs(of service: ServiceName) -> [UntypedObject] {
        context.view.objects(.job, of: shop.key, service)
    }

    /// A database that is to be made anew needs its migration again, whatever Job completed once.
    private func forgetMigration(of service: ServiceName) async throws {
        for job in jobs(of: service) { try await applier.delete(.job, job) }
    }

    /// The migration, and once it has completed the Deployment.
    private func bring(
        _ workload: StorefrontPlan.Workload, databaseIsReady: Bool, isMissing: Bool
    ) async -> WorkloadOutcome {
        var outcome = WorkloadOutcome(service: workload.service)
        let jobs = jobs(of: workload.service)
        let step = MigrationStep(planned: workload.migration.object.name, jobs: jobs, now: .now)
        // Without its database a migration could only fail; one that has completed stays so.
        guard databaseIsReady || step.isCompleted else { return outcome }
        outcome.migration = step
        do {
            switch step {
            case .create where isMissing: outcome.migration = nil
            case .create:
                try await applier.create(workload.migration)
                context.recorder.record(
                    storefront, reason: "MigrationStarted",
                    message:
                        "Job \(workload.migration.object.name) migrates the database of \(workload.service.rawValue) "
                        + "to \(shop.version).")
            case .retry(let job):
                for present in jobs where present.name == job {
                    try await applier.delete(.job, present)
                }
                outcome.again = .seconds(1)
            case .failed(_, _, let pause): outcome.again = pause
            case .completed(let stale):
                for job in jobs where stale.contains(job.name) {
                    try await applier.delete(.job, job)
                }
            case .running, .waiting: break
            }
        } catch {
            outcome.migrationFailure = "\(error)"
            outcome.again = pace.retry
        }
        if step.isCompleted, !isMissing {
            do { try await applier.apply(workload.deployment) } catch {
                outcome.failure = failure(workload.deployment, error)
            }
        }
        return outcome
    }

    private func failure(_ planned: PlannedObject, _ error: any Error) -> ObjectFailure {
        (error as? ObjectFailure)
            ?? ObjectFailure(object: "\(planned.kind.kind) \(planned.key)", detail: "\(error)")
    }

    // MARK: - When there is no plan

    private func stopped(_ before: ShopObservation, by error: any Error) -> Result {
        var observation = before
        let (reason, message) = access.explain(error)
        observation.secrets = .failed(reason: reason, message: message)
        return unknown(observation, again: pace.retry)
    }

    private func unknown(_ before: ShopObservation, again: Duration) -> Result {
        var observation = before
        let step = ShopObservation.Step.unknown(
            reason: "WaitingForSecrets", message: "Not looked at before the Secrets are there.")
        observation.databases = step
        observation.messaging = step
        for service in ServiceName.allCases {
            observation.deployments[service] = context.view
                .object(.deployment, ObjectKey(namespace: shop.namespace, name: shop.objectName(service)))
                .map(DeploymentState.init)
        }
        return Result(observation: observation, again: again)
    }
}
