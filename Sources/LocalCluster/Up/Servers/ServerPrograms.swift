import Foundation

/// The programs of the servers, from Debian's packages or from PATH.
struct ServerPrograms: Sendable {
    let initdb: String
    let postgres: String
    let rabbitMQServer: String
    let epmd: String
    let redisServer: String

    /// - Parameters:
    ///   - postgresRoot: where Debian keeps PostgreSQL's programs, a folder for each version.
    ///   - rabbitMQFolder: where Debian keeps the broker's start script.
    ///   - path: where the other programs are looked for.
    /// - Throws: `missingPackages` naming every package to install.
    init(
        postgresRoot: String = "/usr/lib/postgresql", rabbitMQFolder: String = "/usr/lib/rabbitmq/bin",
        path: String = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    ) throws(LocalClusterError) {
        let postgresFolders = Self.postgresFolders(postgresRoot)
        var missing: [String] = []
        func find(_ name: String, in folders: [String], package: String) -> String {
            if let found = Self.find(name, in: folders + path.split(separator: ":").map(String.init)) { return found }
            if !missing.contains(package) { missing.append(package) }
            return ""
        }
        initdb = find("initdb", in: postgresFolders, package: "postgresql-15")
        postgres = find("postgres", in: postgresFolders, package: "postgresql-15")
        rabbitMQServer = find("rabbitmq-server", in: [rabbitMQFolder], package: "rabbitmq-server")
        epmd = find("epmd", in: [], package: "rabbitmq-server")
        redisServer = find("redis-server", in: [], package: "redis-server")
        guard missing.isEmpty else {
            throw LocalClusterError(
                .missingPackages,
                "Missing on this machine: \(missing.joined(separator: ", ")). Install with\n"
                    + "    sudo apt-get install \(missing.joined(separator: " "))")
        }
    }

    /// Debian keeps PostgreSQL's programs out of PATH, a folder for each version; the newest first.
    private static func postgresFolders(_ root: String) -> [String] {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
    }

    private static func find(_ name: String, in folders: [String]) -> String? {
        folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
