import Foundation
import PodEnvironment
import Testing

struct PodEnvironmentTests {
    @Test func aContainerHasItsPathsAtTheRootAndListensEverywhere() {
        let pod = PodEnvironment(environment: ["POD_IP": "10.4.0.7"])
        #expect(pod.path("/etc/storefront/config") == "/etc/storefront/config")
        #expect(pod.listenAddress == "0.0.0.0")
        #expect(pod.hostAddress("acme-user") == nil)
    }

    @Test(arguments: ["127.20.1.1", "10.77.0.4"])
    func aProcessHasItsPathsUnderTheSandboxAndListensOnItsOwnAddress(address: String) {
        let pod = PodEnvironment(
            environment: ["POD_IP": address, "CONTAINER_SANDBOX_MOUNT_POINT": "/state/root//"])
        #expect(pod.path("/etc/hosts") == "/state/root/etc/hosts")
        #expect(pod.listenAddress == address)
    }

    @Test func anEmptyAddressIsNone() {
        #expect(PodEnvironment(environment: ["POD_IP": ""]).listenAddress == "0.0.0.0")
    }

    @Test func hostNamesAreReadAnewEachTime() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(
            at: root.appending(path: "etc"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        let pod = PodEnvironment(root: root.path, address: nil)
        #expect(pod.hostAddress("postgres") == nil)
        for address in ["127.20.0.2", "127.20.0.9"] {
            try Data("\(address)\tpostgres postgres.default.svc\n".utf8)
                .write(to: root.appending(path: "etc/hosts"), options: .atomic)
            #expect(pod.hostAddress("postgres") == address)
            #expect(pod.hostAddress("POSTGRES.default.svc") == address)
        }
        #expect(pod.hostAddress("rabbitmq") == nil)
    }
}

struct HostsFileTests {
    @Test func commentsBlankLinesAndRepetitionsAreUnderstood() {
        let hosts = HostsFile("# names\n\n127.0.0.1 localhost # this machine\n10.0.0.1\ta  b\n10.0.0.2 a c\nlonely\n")
        #expect(hosts.addresses == ["localhost": "127.0.0.1", "a": "10.0.0.1", "b": "10.0.0.1", "c": "10.0.0.2"])
    }
}
