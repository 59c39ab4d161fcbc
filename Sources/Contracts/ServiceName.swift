/// The five services; the raw value is the name in paths, queues, Kubernetes objects and certificates.
public enum ServiceName: String, Sendable, Codable, CaseIterable, Hashable {
    case user, product, order, payment, notification

    /// The executable of the service.
    public var executable: String { "\(rawValue)-service" }
}
