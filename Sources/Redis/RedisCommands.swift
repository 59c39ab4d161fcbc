/// What the services ask of Redis; `RedisClient` is the implementation.
public protocol RedisCommands: Sendable {
    /// Sends one command. Throws `RedisError`, also for an error reply.
    func send(_ command: [String]) async throws -> RedisValue
    /// Sends several commands at once; error replies are values here.
    func send(pipeline commands: [[String]]) async throws -> [RedisValue]
}

/// Whether SET writes over an existing key.
public enum RedisSetCondition: String, Sendable {
    case always = ""
    case ifAbsent = "NX"
    case ifPresent = "XX"
}

extension RedisCommands {
    public func ping() async throws { _ = try await send(["PING"]) }

    public func get(_ key: String) async throws -> String? { try await send(["GET", key]).string }

    public func mget(_ keys: [String]) async throws -> [String?] {
        if keys.isEmpty { return [] }
        return try await send(["MGET"] + keys).array?.map(\.string) ?? []
    }

    /// Returns whether the value was written.
    @discardableResult
    public func set(
        _ key: String, _ value: String, expiry: Duration? = nil, condition: RedisSetCondition = .always
    ) async throws -> Bool {
        var command = ["SET", key, value]
        if let expiry { command += ["PX", String(max(1, expiry.milliseconds))] }
        if condition != .always { command.append(condition.rawValue) }
        return try await send(command) != .null
    }

    /// Returns how many of the keys existed.
    @discardableResult
    public func del(_ keys: String...) async throws -> Int64 {
        try await send(["DEL"] + keys).integer ?? 0
    }

    public func exists(_ key: String) async throws -> Bool { try await send(["EXISTS", key]).integer == 1 }

    public func hget(_ key: String, _ field: String) async throws -> String? {
        try await send(["HGET", key, field]).string
    }

    public func hgetall(_ key: String) async throws -> [String: String] {
        switch try await send(["HGETALL", key]) {
        case .map(let map):
            var result: [String: String] = [:]
            for (field, value) in map { if let field = field.string { result[field] = value.string } }
            return result
        case .array(let values):
            var result: [String: String] = [:]
            for index in stride(from: 0, to: values.count - 1, by: 2) {
                if let field = values[index].string { result[field] = values[index + 1].string }
            }
            return result
        default: return [:]
        }
    }

    /// Returns how many fields are new.
    @discardableResult
    public func hset(_ key: String, _ fields: [String: String]) async throws -> Int64 {
        if fields.isEmpty { return 0 }
        return try await send(["HSET", key] + fields.flatMap { [$0.key, $0.value] }).integer ?? 0
    }

    @discardableResult
    public func hdel(_ key: String, _ fields: String...) async throws -> Int64 {
        try await send(["HDEL", key] + fields).integer ?? 0
    }

    @discardableResult
    public func expire(_ key: String, _ expiry: Duration) async throws -> Bool {
        try await send(["PEXPIRE", key, String(max(1, expiry.milliseconds))]).integer == 1
    }

    @discardableResult
    public func incr(_ key: String, by amount: Int64 = 1) async throws -> Int64 {
        try await send(["INCRBY", key, String(amount)]).integer ?? 0
    }

    /// Runs a Lua script.
    public func eval(_ script: String, keys: [String], arguments: [String] = []) async throws -> RedisValue {
        try await send(["EVAL", script, String(keys.count)] + keys + arguments)
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
