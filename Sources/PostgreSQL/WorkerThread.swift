import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A thread that runs jobs one after the other: where blocking C calls go, off the cooperative pool.
package final class WorkerThread: Sendable {
    package typealias Job = @Sendable () -> Void

    private struct Queue {
        var jobs: [Job] = []
        var stopped = false
    }

    private let queue = Mutex(Queue())
    private let wake = DispatchSemaphore(value: 0)

    /// Starts the thread. It ends after `stop()`, once the jobs given before are done.
    package init() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 512 * 1024)
        let box = Unmanaged.passRetained(self)
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let failure = pthread_create(&thread, &attributes, threadMain, box.toOpaque())
        pthread_attr_destroy(&attributes)
        if failure != 0 {
            box.release()
            queue.withLock { $0.stopped = true }
        }
    }

    /// Runs a job after those given before. `false` when the thread has been stopped: the job will not run.
    @discardableResult
    package func enqueue(_ job: @escaping Job) -> Bool {
        let accepted = queue.withLock { queue in
            if queue.stopped { return false }
            queue.jobs.append(job)
            return true
        }
        if accepted { wake.signal() }
        return accepted
    }

    package func stop() {
        queue.withLock { $0.stopped = true }
        wake.signal()
    }

    /// Runs work on the thread and waits for it without blocking the caller's. `nil` when the thread has been stopped.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let accepted = enqueue { continuation.resume(returning: work()) }
            if !accepted { continuation.resume(returning: nil) }
        }
    }

    fileprivate func loop() {
        while true {
            wake.wait()
            let (jobs, stopped) = queue.withLock { queue in
                let jobs = queue.jobs
                queue.jobs = []
                return (jobs, queue.stopped)
            }
            for job in jobs { job() }
            if stopped, queue.withLock({ $0.jobs.isEmpty }) { return }
        }
    }
}

#if canImport(Darwin)
    private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        start(argument)
        return nil
    }
#else
    private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let argument { start(argument) }
        return nil
    }
#endif

private func start(_ argument: UnsafeMutableRawPointer) {
    Unmanaged<WorkerThread>.fromOpaque(argument).takeRetainedValue().loop()
}
