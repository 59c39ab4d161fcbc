import Logging
import NIOCore
import NIOSSL
import PodEnvironment
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The service's certificate, key and the authority that it trusts, as they are mounted now. New connections use new
/// files without a restart.
final class MutualTLS: Sendable {
    private struct State {
        var files: [String] = []
        var server: NIOSSLContext
        var client: TLSConfiguration
    }

    private let directory: String
    private let state: Mutex<State>

    /// Reads `tls.crt`, `tls.key` and `ca.crt` of a folder.
    init(directory: String) throws {
        self.directory = directory
        self.state = Mutex(try Self.load(Self.read(directory), directory))
    }

    var server: NIOSSLContext { state.withLock { $0.server } }
    var client: TLSConfiguration { state.withLock { $0.client } }

    /// Takes over changed files; files that do not fit together (half of an update) are left for the next time.
    func reload(_ logger: Logger) {
        guard let files = try? Self.read(directory), state.withLock({ $0.files != files }) else { return }
        do {
            let fresh = try Self.load(files, directory)
            state.withLock { $0 = fresh }
            logger.info("certificates reloaded")
        } catch {
            logger.warning("new certificates are not usable yet", metadata: ["error": "\(error)"])
        }
    }

    private static func read(_ directory: String) throws -> [String] {
        try ["tls.crt", "tls.key", "ca.crt"].map { name in
            try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
        }
    }

    private static func load(_ files: [String], _ directory: String) throws -> State {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(files[0].utf8)).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(bytes: Array(files[1].utf8), format: .pem))
        let authority = NIOSSLTrustRoots.certificates(try NIOSSLCertificate.fromPEMBytes(Array(files[2].utf8)))
        var server = TLSConfiguration.makeServerConfigurationWithMTLS(
            certificateChain: chain, privateKey: key, trustRoots: authority)
        server.minimumTLSVersion = .tlsv12
        server.applicationProtocols = ["http/1.1"]
        // A peer that keeps an idle connection must not hold up our end.
        server.shutdownTimeout = .milliseconds(200)
        var client = TLSConfiguration.makeClientConfiguration()
        client.shutdownTimeout = .milliseconds(200)
        client.certificateChain = chain
        client.privateKey = key
        client.trustRoots = authority
        client.certificateVerification = .fullVerification
        client.minimumTLSVersion = .tlsv12
        return State(files: files, server: try NIOSSLContext(configuration: server), client: client)
    }
}
