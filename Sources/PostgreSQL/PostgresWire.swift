import CPostgres
import PodEnvironment

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// libpq's connection in pipeline mode, used by one thread at a time. Every call blocks its thread, with a deadline.
final class PostgresWire {
    private var handle: OpaquePointer?
    private var prepared: [String: PreparedStatement] = [:]
    private let patience: Duration

    private struct PreparedStatement {
        let name: String
        var columns: [String: Int]?
    }

    private enum Step {
        case prepare(text: String, name: String)
        case execute(Int)
    }

    /// Statements kept prepared on a connection; further ones are parsed each time.
    private static let preparedLimit = 256

    init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        let credentials: PostgresCredentials
        do {
            credentials = try configuration.credentials()
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(.connection, "no credentials: \(error)", nothingSent: true)
        }
        let timeout = configuration.statementTimeout.milliseconds
        patience = .milliseconds(timeout) + .seconds(5)
        var parameters: [(String, String)] = [
            ("host", credentials.host), ("port", String(credentials.port)), ("dbname", credentials.database),
            ("user", credentials.user), ("password", credentials.password), ("sslmode", credentials.sslMode),
            ("application_name", configuration.applicationName), ("client_encoding", "UTF8"),
            ("gssencmode", "disable"), ("keepalives_idle", "30"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"),
            ("connect_timeout", String(max(2, configuration.connectTimeout.milliseconds / 1000))),
            (
                "options",
                "-c statement_timeout=\(timeout) -c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601"
                    + " -c client_min_messages=warning -c bytea_output=hex"
                    // A client that vanished without a word must not hold its locks for hours.
                    + " -c idle_in_transaction_session_timeout=60000 -c tcp_keepalives_idle=30"
                    + " -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
            ),
        ]
        // libpq refuses verify-ca and verify-full without authorities; the system's are the ones a pod has.
        if credentials.sslMode.hasPrefix("verify") {
            parameters.append(("sslrootcert", "/etc/ssl/certs/ca-certificates.crt"))
        }
        if let address = configuration.environment.hostAddress(credentials.host) {
            parameters.append(("hostaddr", address))
        }
        handle = Self.connect(parameters)
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = lastMessage()
            close()
            throw PostgresError(.connection, message, nothingSent: true)
        }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
            let message = lastMessage()
            close()
            throw PostgresError(.connection, message, nothingSent: true)
        }
    }

    private static func connect(_ parameters: [(String, String)]) -> OpaquePointer? {
        let keys = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { for pointer in keys + values { free(pointer) } }
        let keyPointers = keys.map { UnsafePointer<CChar>($0) } + [nil]
        let valuePointers = values.map { UnsafePointer<CChar>($0) } + [nil]
        return PQconnectdbParams(keyPointers, valuePointers, 0)
    }

    deinit { close() }

    func close() {
        if let handle { PQfinish(handle) }
        handle = nil
    }

    var isUsable: Bool { handle != nil && PQstatus(handle) == CONNECTION_OK }

    /// Whether the connection is outside of any transaction, so that it can be leased to somebody else.
    var isIdle: Bool { isUsable && PQtransactionStatus(handle) == PQTRANS_IDLE }

    var isAborted: Bool { PQtransactionStatus(handle) == PQTRANS_INERROR }

    /// The socket, for waiting on notifications.
    var socket: Int32 { PQsocket(handle) }

    private func lastMessage() -> String {
        guard let text = PQerrorMessage(handle) else { return "out of memory" }
        let message = String(cString: text)
        return message.isEmpty ? "no connection" : String(message.reversed().drop { $0.isNewline }.reversed())
    }

    // MARK: - Statements

    /// Sends all statements in one pipeline and collects their results. When one fails, those after it are not run, and
    /// the first error is thrown.
    func run(_ statements: [SQL]) throws(PostgresError) -> [ResultSet] {
        if statements.isEmpty { return [] }
        for statement in statements {
            for value in statement.values where value.text?.utf8.contains(0) == true {
                throw PostgresError(
                    .init(rawValue: "22021"), "a text contains the character U+0000", nothingSent: true)
            }
        }
        try checkAlive()
        var steps: [Step] = []
        steps.reserveCapacity(statements.count + 1)
        var names: [String: String] = [:]
        for (index, statement) in statements.enumerated() {
            let name: String
            if let known = prepared[statement.text]?.name ?? names[statement.text] {
                name = known
            } else {
                let count = prepared.count + names.count
                name = count < Self.preparedLimit ? "s\(count)" : ""
                if !name.isEmpty { names[statement.text] = name }
                guard PQsendPrepare(handle, name, statement.text, 0, nil) == 1 else { throw broken() }
                steps.append(.prepare(text: statement.text, name: name))
            }
            try send(name, statement.values)
            steps.append(.execute(index))
        }
        guard PQpipelineSync(handle) == 1 else { throw broken() }
        return try collect(steps, statements)
    }

    /// A connection that the server closed while it was idle is noticed before anything is sent on it.
    private func checkAlive() throws(PostgresError) {
        guard isUsable else { throw PostgresError(.connection, "the connection is closed", nothingSent: true) }
        if wait(POLLIN, deadline: .now) {
            guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else {
                let message = lastMessage()
                close()
                throw PostgresError(.connection, message, nothingSent: true)
            }
        }
    }

    private func send(_ name: String, _ values: [PostgresValue]) throws(PostgresError) {
        var bytes: [UInt8] = []
        var offsets: [Int?] = []
        offsets.reserveCapacity(values.count)
        for value in values {
            guard let text = value.text else {
                offsets.append(nil)
                continue
            }
            offsets.append(bytes.count)
            bytes.append(contentsOf: text.utf8)
            bytes.append(0)
        }
        let sent = bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } }
            return PQsendQueryPrepared(handle, name, Int32(values.count), pointers, nil, nil, 0)
        }
        guard sent == 1 else { throw broken() }
    }

    private func collect(_ steps: [Step], _ statements: [SQL]) throws(PostgresError) -> [ResultSet] {
        var results: [ResultSet] = []
        results.reserveCapacity(statements.count)
        var failure: PostgresError?
        for step in steps {
            while let result = try nextResult() {
                defer { PQclear(result) }
                switch PQresultStatus(result) {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY:
                    switch step {
                    case .prepare(let text, let name):
                        if !name.isEmpty { prepared[text] = PreparedStatement(name: name) }
                    case .execute(let index): results.append(read(result, statements[index].text))
                    }
                case PGRES_PIPELINE_ABORTED: break
                default: if failure == nil { failure = Self.error(of: result) }
                }
            }
        }
        // The synchronisation point.
        if let result = try nextResult() {
            let status = PQresultStatus(result)
            PQclear(result)
            guard status == PGRES_PIPELINE_SYNC else { throw broken() }
        }
        if let failure {
            // A plan whose result shape a migration changed, or a statement that is gone: parse anew from now on.
            if failure.code.rawValue == "0A000" || failure.code.rawValue == "26000" { close() }
            throw failure
        }
        return results
    }

    private func read(_ result: OpaquePointer, _ text: String) -> ResultSet {
        let affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
        let width = Int(PQnfields(result))
        guard width > 0 else { return ResultSet(affected: affected) }
        let columns: [String: Int]
        if let known = prepared[text]?.columns {
            columns = known
        } else {
            var names: [String: Int] = [:]
            for index in 0..<width {
                if let name = PQfname(result, Int32(index)) { names[String(cString: name)] = index }
            }
            columns = names
            prepared[text]?.columns = names
        }
        let rows = Int(PQntuples(result))
        var bytes: [UInt8] = []
        var ends: [Int] = []
        ends.reserveCapacity(rows * width)
        for row in 0..<Int32(rows) {
            for column in 0..<Int32(width) {
                if PQgetisnull(result, row, column) == 1 {
                    ends.append(~bytes.count)
                } else {
                    let length = Int(PQgetlength(result, row, column))
                    if let value = PQgetvalue(result, row, column) {
                        bytes.append(contentsOf: UnsafeRawBufferPointer(start: value, count: length))
                    }
                    ends.append(bytes.count)
                }
            }
        }
        return ResultSet(affected: affected, columns: columns, width: width, bytes: bytes, ends: ends)
    }

    /// Runs a text of several statements by the simple protocol, without a deadline on this side.
    func script(_ text: String) throws(PostgresError) {
        try checkAlive()
        guard PQexitPipelineMode(handle) == 1, PQsendQuery(handle, text) == 1 else { throw broken() }
        var failure: PostgresError?
        while let result = try nextResult(patient: true) {
            if PQresultStatus(result) == PGRES_FATAL_ERROR, failure == nil { failure = Self.error(of: result) }
            PQclear(result)
        }
        guard PQenterPipelineMode(handle) == 1 else { throw broken() }
        if let failure { throw failure }
    }

    // MARK: - Waiting

    /// The next result, `nil` at a statement's end.
    private func nextResult(patient: Bool = false) throws(PostgresError) -> OpaquePointer? {
        let deadline = ContinuousClock.now + (patient ? .seconds(86_400) : patience)
        var flushed = false
        while true {
            if !flushed {
                switch PQflush(handle) {
                case 0: flushed = true
                case 1: break
                default: throw broken()
                }
            }
            if flushed, PQisBusy(handle) == 0 { break }
            guard wait(flushed ? POLLIN : POLLIN | POLLOUT, deadline: deadline) else {
                close()
                throw PostgresError(.timeout, "the server did not answer in time")
            }
            if PQconsumeInput(handle) == 0 { throw broken() }
        }
        let result = PQgetResult(handle)
        if result == nil, PQstatus(handle) != CONNECTION_OK { throw broken() }
        return result
    }

    /// Waits until the socket is ready; `false` at the deadline.
    func wait(_ events: Int32, deadline: ContinuousClock.Instant) -> Bool {
        while true {
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
            let rest = max(0, (deadline - .now).milliseconds)
            let ready = poll(&descriptor, 1, Int32(clamping: rest))
            if ready > 0 { return true }
            if ready == 0, ContinuousClock.now >= deadline { return false }
            if ready < 0, errno != EINTR { return true }
        }
    }

    /// Payloads of notifications that have arrived.
    func notifications() throws(PostgresError) -> [String] {
        guard PQconsumeInput(handle) == 1 else { throw broken() }
        var payloads: [String] = []
        while let notification = PQnotifies(handle) {
            if let extra = notification.pointee.extra { payloads.append(String(cString: extra)) }
            PQfreemem(notification)
        }
        return payloads
    }

    // MARK: - Errors

    private func broken() -> PostgresError {
        let message = lastMessage()
        close()
        return PostgresError(.connection, message)
    }

    private static func error(of result: OpaquePointer) -> PostgresError {
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return nil }
            return String(cString: text)
        }
        let state = field("C")
        let code = state.map { PostgresError.Code(rawValue: $0) } ?? .connection
        let message = field("M") ?? PQresultErrorMessage(result).map { String(cString: $0) } ?? "unknown"
        return PostgresError(code, message, constraint: field("n"), table: field("t"), detail: field("D"))
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
