import Foundation

/// What a local cluster decided when it was first started and keeps: its loopback network and generated passwords.
struct ClusterSettings: Codable, Sendable {
    /// The cluster's addresses are 127.`network`.0.0/16.
    var network: Int
    /// Erlang's port mapper and distribution listen on 127.0.0.1, whatever the address, so they need own ports.
    var epmdPort: Int
    var distributionPort: Int
    var postgresPassword: String
    var rabbitMQPassword: String
    var redisPassword: String
    var erlangCookie: String

    var addresses: ClusterAddresses { ClusterAddresses(network: network) }

    /// The settings of a state folder, made on first use. A network that somebody else uses by now is replaced as long
    /// as nothing has been stored under its addresses.
    ///
    /// - Parameter port: the API server's, which must be free.
    static func load(_ state: StateDirectory, port: Int = 6443) async throws -> ClusterSettings {
        if FileManager.default.fileExists(atPath: state.settings) {
            let settings: ClusterSettings
            do {
                settings = try JSONDecoder().decode(
                    ClusterSettings.self, from: Data(contentsOf: URL(fileURLWithPath: state.settings)))
            } catch {
                throw LocalClusterError(
                    .stateUnusable,
                    "\(state.settings) is damaged. `storefront local reset --state \(state.path)` starts afresh.",
                    cause: error)
            }
            let address = settings.addresses.apiServer
            guard await Ports.isFree(address, port) else {
                throw LocalClusterError(
                    .portInUse,
                    "\(address):\(port), this cluster's API server address, is in use by another program, perhaps another "
                        + "local cluster that happens to have the same network.")
            }
            return settings
        }
        let settings = ClusterSettings(
            network: try await LoopbackNetwork.free(startingFrom: state.path) {
                [($0.apiServer, port), ($0.postgres, 5432)]
            },
            epmdPort: try await Ports.unused(), distributionPort: try await Ports.unused(),
            postgresPassword: password(), rabbitMQPassword: password(), redisPassword: password(),
            erlangCookie: password())
        try state.write(String(decoding: JSONEncoder().encode(settings), as: UTF8.self), to: state.settings)
        return settings
    }

    private static func password() -> String {
        let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
        var generator = SystemRandomNumberGenerator()
        return String((0..<32).compactMap { _ in alphabet.randomElement(using: &generator) })
    }
}
