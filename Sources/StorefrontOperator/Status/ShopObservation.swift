import Contracts

/// What one pass over a shop found: all that the conditions are made from.
struct ShopObservation: Sendable {
    /// How one concern stands.
    enum Step: Sendable, Hashable {
        case done
        case failed(reason: String, message: String)
        /// Not looked at, since something else must come first.
        case unknown(reason: String, message: String)
    }

    var isSuspended = false
    var secrets = Step.done
    var databases = Step.done
    var messaging = Step.done
    var objects: [ObjectFailure] = []
    var migrations: [ServiceName: MigrationStep] = [:]
    /// Migrations whose Job could not be made, with why.
    var migrationFailures: [ServiceName: String] = [:]
    var deployments: [ServiceName: DeploymentState] = [:]
    /// Fewest replicas of each service, by the spec.
    var minimum: [ServiceName: Int] = [:]
    var url: String?
    var version = ""
}
