import Foundation
import KubernetesClient

#if canImport(Glibc)
    import Glibc
#endif

/// The CPU and memory of containers, summed over the processes of their groups.
actor PodUsage {
    struct Sample: Sendable, Equatable {
        var time: Timestamp
        /// Since the process began, in nanoseconds.
        var cpuNanoseconds: UInt64
        /// Averaged since the last sample, in billionths of a CPU.
        var cpuNanocores: UInt64
        var memoryBytes: UInt64
    }

    private var samples: [ProcessRecordKey: Sample] = [:]

    struct ProcessRecordKey: Hashable {
        var pid: Int32
        var startTime: UInt64
    }

    private static let interval = Duration.seconds(10)

    /// Samples regularly until cancelled.
    func run(_ processes: @Sendable () async -> [ProcessRecord]) async {
        while !Task.isCancelled {
            sample(await processes())
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// The newest figures of a container's process, `nil` before the second look at it.
    func usage(_ process: ProcessRecord) -> Sample? {
        samples[ProcessRecordKey(pid: process.pid, startTime: process.startTime)]
    }

    private func sample(_ processes: [ProcessRecord]) {
        let wanted = Set(processes.map(\.pid))
        var groups: [Int32: (ticks: UInt64, pages: UInt64)] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(name), let stat = ProcessStat(pid: pid), wanted.contains(stat.processGroup) else {
                continue
            }
            groups[stat.processGroup, default: (0, 0)].ticks += stat.cpuTicks
            groups[stat.processGroup, default: (0, 0)].pages += stat.residentPages
        }
        let now = Timestamp.now
        let tick = UInt64(1_000_000_000 / max(1, sysconf(Int32(_SC_CLK_TCK))))
        let page = UInt64(sysconf(Int32(_SC_PAGESIZE)))
        var fresh: [ProcessRecordKey: Sample] = [:]
        for process in processes {
            guard let group = groups[process.pid] else { continue }
            let key = ProcessRecordKey(pid: process.pid, startTime: process.startTime)
            var sample = Sample(
                time: now, cpuNanoseconds: group.ticks * tick, cpuNanocores: 0, memoryBytes: group.pages * page)
            if let before = samples[key] {
                let elapsed =
                    Double((now - before.time).components.attoseconds) / 1e18
                    + Double((now - before.time).components.seconds)
                let used =
                    sample.cpuNanoseconds >= before.cpuNanoseconds ? sample.cpuNanoseconds - before.cpuNanoseconds : 0
                sample.cpuNanocores = elapsed > 0 ? UInt64(Double(used) / elapsed) : 0
            }
            fresh[key] = sample
        }
        samples = fresh
    }
}
