public import Contracts
import Synchronization

/// The service's configuration as it is now. Environment variables win over `config.json`, whose changes are picked up
/// while the service runs.
public final class ConfigurationStore: Sendable {
    private let value: Mutex<ServiceConfiguration>

    public init(_ configuration: ServiceConfiguration) { self.value = Mutex(configuration) }

    public var current: ServiceConfiguration { value.withLock { $0 } }

    func replace(_ configuration: ServiceConfiguration) { value.withLock { $0 = configuration } }
}
