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

        init(time: Timestamp, cpuNanoseconds: UInt64, memoryBytes: UInt64, before: Sample?) {
            self.time = time
            self.cpuNanoseconds = cpuNanoseconds
            self.memoryBytes = memoryBytes
            cpuNanocores = 0
            guard let before, before.cpuNanoseconds <= cpuNanoseconds, before.time < time else { return }
            let microseconds = Double(time.microseconds - before.time.microseconds)
            cpuNanocores = UInt64(Double(cpuNanoseconds - before.cpuNanoseconds) * 1e6 / microseconds)
        }
    }

    private var samples: [ProcessRecord: Sample] = [:]
    /// The whole machine's.
    private(set) var machine: Sample?

    private static let interval = Duration.seconds(5)

    /// Samples regularly until cancelled.
    func run(_ processes: @Sendable () async -> [ProcessRecord]) async {
        while !Task.isCancelled {
            sample(await processes())
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// The newest figures of a container's process, `nil` before the second look at it.
    func usage(_ process: ProcessRecord) -> Sample? { samples[process] }

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
        var fresh: [ProcessRecord: Sample] = [:]
        for process in processes {
            guard let group = groups[process.pid] else { continue }
            fresh[process] = Sample(
                time: now, cpuNanoseconds: group.ticks * tick, memoryBytes: group.pages * page,
                before: samples[process])
        }
        samples = fresh
        machine = machineSample(now, tick: tick)
    }

    private func machineSample(_ now: Timestamp, tick: UInt64) -> Sample? {
        guard let stat = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let memory = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)
        else { return nil }
        // cpu  user nice system idle iowait irq softirq steal
        let ticks = stat.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { UInt64($0) }
        guard ticks.count > 7 else { return nil }
        let busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]
        func kilobytes(_ name: String) -> UInt64 {
            let line = memory.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
        }
        let used = kilobytes("MemTotal") - min(kilobytes("MemAvailable"), kilobytes("MemTotal"))
        return Sample(
            time: now, cpuNanoseconds: busy * tick, memoryBytes: used * 1024, before: machine)
    }
}
