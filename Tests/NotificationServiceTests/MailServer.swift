import Foundation
import TestServers

/// A real mail server (aiosmtpd) on a loopback port; it ends with this process at the latest.
final class MailServer {
    enum Mode: String {
        case plain
        /// STARTTLS with a certificate of its own and a login are required.
        case secured
    }

    /// A mail as Python's own parser reads it.
    struct Mail: Decodable {
        let from: String
        let to: [String]
        let headers: [String: String]
        let text: String
        let html: String
        let defects: [String]
    }

    let port: Int
    /// The authority of the server's certificate.
    var authority: String { folder.appending(path: "server.crt").path }
    private let folder: URL
    private let process: Program

    init(_ mode: Mode = .plain) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "smtp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let script = folder.appending(path: "server.py")
        try Data(Self.program.utf8).write(to: script)
        if mode == .secured {
            try await Self.run(
                "/usr/bin/openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", folder.appending(path: "server.key").path, "-out",
                    folder.appending(path: "server.crt").path,
                ])
        }
        process = try Program(try await Self.python(), [script.path, folder.path, mode.rawValue])
        let file = folder.appending(path: "port")
        port = try await eventually(within: .seconds(20), "the mail server") {
            (try? String(contentsOf: file, encoding: .utf8)).flatMap { Int($0) }
        }
    }

    func stop() {
        process.kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// What it has received.
    func mails() throws -> [Mail] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted().map {
            try JSONDecoder().decode(Mail.self, from: Data(contentsOf: folder.appending(path: $0)))
        }
    }

    /// The Python of the test environment, which is made when it is missing; by one test, for all.
    private static func python() async throws -> String { try await environment.value }

    private static let environment = Task {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = package.appending(path: ".build-tools/venv").path
        let python = folder + "/bin/python"
        if (try? await run(python, ["-c", "import aiosmtpd"])) == nil {
            try await run("/usr/bin/env", ["python3", "-m", "venv", folder])
            try await run(python, ["-m", "pip", "install", "-q", "--disable-pip-version-check", "aiosmtpd"])
        }
        return python
    }

    private static func run(_ program: String, _ arguments: [String]) async throws {
        let status = try await Program(program, arguments).exitStatus()
        guard status == 0 else { throw ProgramError(program: program, status: status) }
    }

    private static let program = """
        import asyncio, email, email.policy, json, os, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult

        folder, mode = sys.argv[1:3]
        count = 0

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address.startswith("gone"):
                    return "550 5.1.1 no such mailbox"
                if address.startswith("busy"):
                    return "451 4.3.0 try again later"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                global count
                message = email.message_from_bytes(envelope.content, policy=email.policy.default)
                part = lambda kind: message.get_body((kind,)).get_content().replace("\\r\\n", "\\n")
                mail = {
                    "from": envelope.mail_from, "to": envelope.rcpt_tos,
                    "headers": {name.lower(): str(value) for name, value in message.items()},
                    "text": part("plain"), "html": part("html"), "defects": [repr(d) for d in message.defects],
                }
                name = os.path.join(folder, "%06d" % count)
                count += 1
                with open(name, "w") as file:
                    json.dump(mail, file)
                os.rename(name, name + ".json")
                return "250 OK"

        def authenticate(server, session, envelope, mechanism, data):
            known = data.login == b"shop" and data.password == b"mail secret"
            return AuthResult(success=known, handled=known)

        async def main():
            options = {}
            if mode == "secured":
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(os.path.join(folder, "server.crt"), os.path.join(folder, "server.key"))
                options = dict(
                    tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate)
            loop = asyncio.get_running_loop()
            server = await loop.create_server(
                lambda: SMTP(Handler(), hostname="localhost", **options), "127.0.0.1", 0)
            name = os.path.join(folder, "port")
            with open(name + ".new", "w") as file:
                file.write(str(server.sockets[0].getsockname()[1]))
            os.rename(name + ".new", name)
            parent = os.getppid()
            while os.getppid() == parent:
                await asyncio.sleep(0.5)

        asyncio.run(main())
        """
}
