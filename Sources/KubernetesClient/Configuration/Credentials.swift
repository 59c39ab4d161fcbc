import NIOCore
import NIOSSL
import Synchronization

/// What a ``ClientConfiguration`` says a request is to present: read from files again when ten seconds have passed, and
/// asked of the exec plugin.
final class Credentials: Sendable {
    /// What one request presents.
    struct Presented: Sendable {
        /// The value of the `Authorization` header.
        var authorization: String?
        var tls: TLSConfiguration?
        fileprivate var exec: ExecCredential?
        /// What `tls` was made of, so that it is made anew only when something has changed.
        fileprivate var material: [[UInt8]?] = []
    }

    private let configuration: ClientConfiguration
    private let plugin: ExecCredentials?
    private let loaded = Mutex<(presented: Presented, time: ContinuousClock.Instant)?>(nil)
    private static let lifetime = Duration.seconds(10)
    private let now: @Sendable () -> ContinuousClock.Instant

    init(_ configuration: ClientConfiguration, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.configuration = configuration
        self.now = now
        let hasOther =
            configuration.token != nil || configuration.basicAuthentication != nil
            || configuration.clientCertificate != nil
        plugin = hasOther ? nil : configuration.exec.map { ExecCredentials($0) }
    }

    /// What to present now.
    ///
    /// - Throws: ``KubernetesError/configuration(_:)`` for a file that is missing or holds something else, and for an
    ///   exec plugin that fails.
    func current() async throws(KubernetesError) -> Presented {
        try present(try await plugin?.current())
    }

    /// Reads everything anew after a 401; answers whether there is something else to present now.
    func renew(after refused: Presented) async -> Bool {
        var exec: ExecCredential?
        if let plugin, let old = refused.exec {
            guard let new = try? await plugin.current(afterRefusalOf: old) else { return false }
            exec = new
        }
        guard let new = try? present(exec, anew: true) else { return false }
        return new.authorization != refused.authorization || new.material != refused.material
    }

    /// Has the files read anew before the next request, as after a handshake that failed: authorities rotate, too.
    func readAnew() { loaded.withLock { $0?.time -= Self.lifetime } }

    private func present(_ exec: ExecCredential?, anew: Bool = false) throws(KubernetesError) -> Presented {
        let result: Result<Presented, KubernetesError> = loaded.withLock { loaded in
            let now = self.now()
            if let loaded, !anew, loaded.presented.exec == exec, now - loaded.time < Self.lifetime {
                return .success(loaded.presented)
            }
            do throws(KubernetesError) {
                let new = try load(exec, replacing: loaded?.presented)
                loaded = (new, now)
                return .success(new)
            } catch {
                // A file that is away for a moment, as while it is replaced, is no reason to stop.
                guard let old = loaded?.presented, old.exec == exec else { return .failure(error) }
                loaded = (old, now)
                return .success(old)
            }
        }
        return try result.get()
    }

    private func load(_ exec: ExecCredential?, replacing old: Presented?) throws(KubernetesError) -> Presented {
        var presented = Presented(authorization: try authorization(exec), exec: exec)
        guard configuration.server.hasPrefix("https:") else { return presented }
        let certificate = try configuration.clientCertificate?.read("client certificate") ?? exec?.certificate
        let key = try configuration.clientKey?.read("client key") ?? exec?.key
        presented.material = [
            try configuration.certificateAuthority?.read("certificate authority"), certificate, key,
        ]
        if let old, old.material == presented.material, let tls = old.tls {
            presented.tls = tls
        } else {
            presented.tls = try tlsConfiguration(
                authority: presented.material[0], certificate: certificate, key: key)
        }
        return presented
    }

    private func authorization(_ exec: ExecCredential?) throws(KubernetesError) -> String? {
        if let token = configuration.token {
            let bytes = try token.read("token").filter { $0 > UInt8(ascii: " ") }
            return "Bearer \(String(decoding: bytes, as: UTF8.self))"
        }
        if let basic = configuration.basicAuthentication { return try basic.authorization() }
        return exec?.token.map { "Bearer \($0)" }
    }

    private func tlsConfiguration(
        authority: [UInt8]?, certificate: [UInt8]?, key: [UInt8]?
    ) throws(KubernetesError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        // A server in the middle of a watch does not answer a goodbye; nobody should wait seconds for that.
        tls.shutdownTimeout = .milliseconds(200)
        if configuration.insecureSkipTLSVerify { tls.certificateVerification = .none }
        do {
            if let authority { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority)) }
        } catch {
            throw .configuration("the certificate authority is not PEM: \(error)")
        }
        guard let certificate else { return tls }
        guard let key else { throw .configuration("a client certificate without its key") }
        do {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
        } catch {
            throw .configuration("the client certificate or its key is not PEM: \(error)")
        }
        return tls
    }
}
