import NIOCore
import NIOSSL
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The secrets of a ``ClientConfiguration``, read from their files again when ten seconds have passed.
final class Credentials: Sendable {
    private struct Loaded {
        var token: String?
        var tls: TLSConfiguration?
        /// What `tls` was made of, so that it is made anew only when a file has changed.
        var material: [[UInt8]?] = []
        var time: ContinuousClock.Instant
    }

    private let configuration: ClientConfiguration
    private let loaded = Mutex<Loaded?>(nil)
    private static let lifetime = Duration.seconds(10)

    init(_ configuration: ClientConfiguration) { self.configuration = configuration }

    /// The token and TLS settings to use now.
    ///
    /// - Throws: ``KubernetesError/configuration(_:)`` for a file that is missing or holds something else.
    func current() throws(KubernetesError) -> (token: String?, tls: TLSConfiguration?) {
        let result: Result<(String?, TLSConfiguration?), KubernetesError> = loaded.withLock { loaded in
            let now = ContinuousClock.now
            if let loaded, now - loaded.time < Self.lifetime { return .success((loaded.token, loaded.tls)) }
            do throws(KubernetesError) {
                let new = try load(replacing: loaded, at: now)
                loaded = new
                return .success((new.token, new.tls))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Reads everything anew, as after a 401; answers whether the token is another one now.
    func reload() -> Bool {
        loaded.withLock { loaded in
            guard let old = loaded, let new = try? load(replacing: old, at: .now) else { return false }
            loaded = new
            return new.token != old.token
        }
    }

    private func load(
        replacing old: Loaded?, at now: ContinuousClock.Instant
    ) throws(KubernetesError) -> Loaded {
        let token = try configuration.token?.read("token")
            .filter { $0 > UInt8(ascii: " ") }.text
        guard configuration.server.hasPrefix("https:") else { return Loaded(token: token, time: now) }
        let material: [[UInt8]?] = [
            try configuration.certificateAuthority?.read("certificate authority"),
            try configuration.clientCertificate?.read("client certificate"),
            try configuration.clientKey?.read("client key"),
        ]
        if let old, old.material == material, let tls = old.tls {
            return Loaded(token: token, tls: tls, material: material, time: now)
        }
        let tls = try tlsConfiguration(authority: material[0], certificate: material[1], key: material[2])
        return Loaded(token: token, tls: tls, material: material, time: now)
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

extension FileOrBytes {
    fileprivate func read(_ what: String) throws(KubernetesError) -> [UInt8] {
        switch self {
        case .bytes(let bytes): return bytes
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw .configuration("cannot read the \(what) \(path)")
            }
            return Array(data)
        }
    }
}

extension [UInt8] {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
