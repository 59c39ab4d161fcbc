import KubernetesClient

/// How a container ended.
struct Termination: Sendable, Equatable {
    /// 128 + the signal for what a signal has ended, as shells and container runtimes say.
    var exitCode: Int
    var reason: String
    var message: String?
    var startedAt: Timestamp
    var finishedAt: Timestamp

    init(
        exitCode: Int, reason: String? = nil, message: String? = nil, startedAt: Timestamp, finishedAt: Timestamp
    ) {
        self.exitCode = exitCode
        self.reason = reason ?? (exitCode == 0 ? "Completed" : "Error")
        self.message = message
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }

    init?(_ json: JSONValue?) {
        guard let json, let exitCode = json["exitCode"]?.intValue else { return nil }
        func time(_ field: String) -> Timestamp {
            json[field]?.stringValue.flatMap { Timestamp($0) } ?? Timestamp(microseconds: 0)
        }
        self.init(
            exitCode: exitCode, reason: json["reason"]?.stringValue, message: json["message"]?.stringValue,
            startedAt: time("startedAt"), finishedAt: time("finishedAt"))
    }

    /// - Parameter id: of the container that ended.
    func json(id: String) -> JSONValue {
        var json: JSONValue = [
            "exitCode": JSONValue(exitCode), "reason": .string(reason), "startedAt": .string(startedAt.seconds),
            "finishedAt": .string(finishedAt.seconds), "containerID": .string(id),
        ]
        if let message { json["message"] = .string(message) }
        return json
    }
}

/// What a node knows of one container.
struct ContainerState: Sendable, Equatable {
    enum Phase: Sendable, Equatable {
        /// Not started yet, or it could not be.
        case waiting(reason: String, message: String?)
        case starting
        case running(since: Timestamp)
        case stopping(since: Timestamp)
        case terminated(Termination)
    }

    var phase = Phase.waiting(reason: "ContainerCreating", message: nil)
    var restartCount = 0
    var last: Termination?
    var isReady = false
    /// Its startup probe, if any, has succeeded.
    var hasStarted = false
    /// Its postStart hook has not ended yet; until then it is not said to run.
    var isBeginning = false
    /// Why it is to be stopped though its pod goes on.
    var condemnation: Condemnation?
    var backoff = RestartBackoff()
    /// When what could not be started is tried again.
    var retryAt: Timestamp?

    enum Condemnation: Sendable, Equatable {
        case probe(ProbeKind)
        case postStart
    }

    var isAlive: Bool {
        switch phase {
        case .starting, .running, .stopping: true
        case .waiting, .terminated: false
        }
    }

    var termination: Termination? {
        if case .terminated(let termination) = phase { termination } else { nil }
    }

    var isRunning: Bool {
        switch phase {
        case .running, .stopping: true
        default: false
        }
    }
}

extension ContainerState {
    var hasEverRun: Bool { isRunning || termination != nil || last != nil }

    /// Takes over what an earlier agent reported. What ran then was stopped with it.
    mutating func resume(_ status: JSONValue, now: Timestamp) {
        restartCount = status["restartCount"]?.intValue ?? 0
        last = Termination(status[path: ["lastState", "terminated"]])
        if let termination = Termination(status[path: ["state", "terminated"]]) {
            phase = .terminated(termination)
        } else if let since = status[path: ["state", "running", "startedAt"]]?.stringValue.flatMap({ Timestamp($0) }) {
            phase = .terminated(
                Termination(
                    exitCode: 137, reason: "ContainerStatusUnknown",
                    message: "The container was stopped while the node was down", startedAt: since, finishedAt: now))
        } else if let last {
            // It was waiting for its restart.
            phase = .terminated(last)
        }
    }
}
