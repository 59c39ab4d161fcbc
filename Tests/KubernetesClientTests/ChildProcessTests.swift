import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1))) struct ChildProcessTests {
    /// While others open and close sockets all the time.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
    func itHasNoDescriptorButItsOwn() async throws {
        let program = ChildProcess(
            command: "ls", arguments: ["-l", "/proc/self/fd"], environment: ["PATH": "/usr/bin:/bin"],
            inheritsStandardInput: false, timeout: .seconds(20))
        try await withThrowingTaskGroup { group in
            for _ in 0..<2 {
                group.addTask {
                    while !Task.isCancelled {
                        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                            .bind(host: "127.0.0.1", port: 0).get()
                        try await channel.close()
                    }
                }
            }
            for _ in 0..<100 {
                let output = String(decoding: try await program.run().standardOutput, as: UTF8.self)
                // Its input, its outputs, and the folder it reads.
                #expect(output.split(separator: "\n").count { $0.contains(" -> ") } == 4, "\(output)")
            }
            group.cancelAll()
        }
    }
}
