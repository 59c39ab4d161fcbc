import CRabbitMQ
import PodEnvironment

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// rabbitmq-c's connection with one channel, used by one thread at a time. Calls block their thread, with a deadline.
final class AMQPConnection {
    static let channel: amqp_channel_t = 1

    let state: amqp_connection_state_t
    private var isOpen = true

    init(_ configuration: RabbitMQConfiguration) throws(MessagingError) {
        let credentials: RabbitMQCredentials
        do {
            credentials = try configuration.credentials()
        } catch let error as MessagingError {
            throw error
        } catch {
            throw MessagingError(.connection, "no credentials: \(error)")
        }
        guard let state = amqp_new_connection() else { throw MessagingError(.connection, "out of memory") }
        self.state = state
        do throws(MessagingError) {
            try connect(credentials, configuration)
        } catch {
            close()
            throw error
        }
    }

    private func connect(
        _ credentials: RabbitMQCredentials, _ configuration: RabbitMQConfiguration
    ) throws(MessagingError) {
        let host = configuration.environment.hostAddress(credentials.host) ?? credentials.host
        var timeout = timeval(configuration.connectTimeout)
        let socket = credentials.tls ? amqp_ssl_socket_new(state) : amqp_tcp_socket_new(state)
        guard let socket else { throw MessagingError(.connection, "no socket") }
        if credentials.tls {
            amqp_ssl_socket_set_verify_peer(socket, 1)
            amqp_ssl_socket_set_verify_hostname(socket, 1)
            amqp_ssl_socket_set_cacert(socket, "/etc/ssl/certs/ca-certificates.crt")
        }
        let opened = amqp_socket_open_noblock(socket, host, Int32(credentials.port), &timeout)
        guard opened == 0 else {
            throw MessagingError(.connection, "\(credentials.host): \(String(cString: amqp_error_string2(opened)))")
        }
        amqp_set_handshake_timeout(state, &timeout)
        amqp_set_rpc_timeout(state, &timeout)
        let memory = AMQPMemory()
        var entries = [
            amqp_table_entry_t(key: memory.bytes("connection_name"), value: memory.text(configuration.connectionName))
        ]
        let login = entries.withUnsafeMutableBufferPointer { buffer in
            var properties = amqp_table_t(num_entries: Int32(buffer.count), entries: buffer.baseAddress)
            return amqp_login_plain(
                state, credentials.virtualHost, Int32(configuration.heartbeat), &properties, credentials.username,
                credentials.password)
        }
        try check(login)
        amqp_channel_open(state, Self.channel)
        try checkReply()
    }

    deinit { close() }

    func close() {
        guard isOpen else { return }
        isOpen = false
        amqp_destroy_connection(state)
    }

    var socket: Int32 { amqp_get_sockfd(state) }

    /// The outcome of the last synchronous method.
    func checkReply() throws(MessagingError) { try check(amqp_get_rpc_reply(state)) }

    func check(_ reply: amqp_rpc_reply_t) throws(MessagingError) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            throw MessagingError(.connection, String(cString: amqp_error_string2(reply.library_error)))
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw Self.serverError(reply.reply)
        default: throw MessagingError(.connection, "no reply")
        }
    }

    /// Why the server closed the channel or connection.
    static func serverError(_ method: amqp_method_t) -> MessagingError {
        switch Int64(method.id) {
        case Int64(AMQP_CHANNEL_CLOSE_METHOD):
            let close = method.decoded?.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            return MessagingError(
                .refused, close.map { "\($0.reply_code) \($0.reply_text.string)" } ?? "channel closed")
        case Int64(AMQP_CONNECTION_CLOSE_METHOD):
            let close = method.decoded?.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            return MessagingError(
                .connection, close.map { "\($0.reply_code) \($0.reply_text.string)" } ?? "connection closed")
        default: return MessagingError(.connection, "unexpected method \(method.id)")
        }
    }

    /// Whether something can be read without waiting for the network.
    var hasBufferedData: Bool { amqp_frames_enqueued(state) != 0 || amqp_data_in_buffer(state) != 0 }

    /// Waits for the network or the other descriptor; returns at the deadline, too.
    func wait(or other: Int32? = nil, until deadline: ContinuousClock.Instant) {
        if hasBufferedData { return }
        var descriptors = [pollfd(fd: socket, events: Int16(POLLIN), revents: 0)]
        if let other { descriptors.append(pollfd(fd: other, events: Int16(POLLIN), revents: 0)) }
        let milliseconds = max(0, (deadline - .now).milliseconds)
        _ = poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: milliseconds))
    }

    /// The next frame, `nil` when there is none before the deadline. Sends and checks heartbeats meanwhile.
    func frame(until deadline: ContinuousClock.Instant) throws(MessagingError) -> amqp_frame_t? {
        var frame = amqp_frame_t()
        var timeout = timeval(max(.zero, deadline - .now))
        let status = amqp_simple_wait_frame_noblock(state, &frame, &timeout)
        switch status {
        case Int32(AMQP_STATUS_OK.rawValue): return frame
        case AMQP_STATUS_TIMEOUT.rawValue: return nil
        default: throw MessagingError(.connection, String(cString: amqp_error_string2(status)))
        }
    }
}
