import CCurl

/// One mail over SMTP by libcurl. Blocks its thread until the server has answered or time is up.
enum CurlMail {
    private static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// What is left to upload.
    private final class Upload {
        let bytes: [UInt8]
        var offset = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    static func send(_ message: [UInt8], from: String, to: String, _ settings: SMTPSettings) -> DeliveryOutcome {
        guard isInitialised, let handle = curl_easy_init() else { return .postponed("libcurl cannot start") }
        defer { curl_easy_cleanup(handle) }
        let scheme = settings.security == .tls ? "smtps" : "smtp"
        let recipients = curl_slist_append(nil, "<\(to)>")
        defer { curl_slist_free_all(recipients) }
        // The name stays the one that the certificate is checked against.
        let target = settings.address.map { curl_slist_append(nil, "::\($0):\(settings.port)") }
        defer { target.map { curl_slist_free_all($0) } }
        let upload = Upload(message)

        var results = [
            curl_set_string(handle, CURLOPT_URL, "\(scheme)://\(settings.host):\(settings.port)"),
            curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            curl_set_string(handle, CURLOPT_MAIL_FROM, "<\(from)>"),
            curl_set_pointer(handle, CURLOPT_MAIL_RCPT, recipients),
            curl_set_long(handle, CURLOPT_UPLOAD, 1),
            curl_set_long(handle, CURLOPT_INFILESIZE, message.count),
            curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout),
            curl_set_long(handle, CURLOPT_TIMEOUT_MS, settings.timeout),
            curl_set_pointer(handle, CURLOPT_READDATA, Unmanaged.passUnretained(upload).toOpaque()),
            curl_set_read(handle) { buffer, size, count, context in
                guard let buffer, let context else { return 0 }
                let upload = Unmanaged<Upload>.fromOpaque(context).takeUnretainedValue()
                let length = min(size * count, upload.bytes.count - upload.offset)
                upload.bytes.withUnsafeBytes { source in
                    let part = UnsafeRawBufferPointer(rebasing: source[upload.offset..<upload.offset + length])
                    UnsafeMutableRawBufferPointer(start: buffer, count: length).copyMemory(from: part)
                }
                upload.offset += length
                return length
            },
        ]
        if settings.security == .starttls {
            results.append(curl_set_long(handle, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)))
        }
        if let target { results.append(curl_set_pointer(handle, CURLOPT_CONNECT_TO, target)) }
        if let authorities = settings.authorities {
            results.append(curl_set_string(handle, CURLOPT_CAINFO, authorities))
        }
        if let username = settings.username, let password = settings.password {
            results.append(curl_set_string(handle, CURLOPT_USERNAME, username))
            results.append(curl_set_string(handle, CURLOPT_PASSWORD, password))
        }
        guard results.allSatisfy({ $0 == CURLE_OK }) else { return .postponed("libcurl refused an option") }

        let result = withExtendedLifetime(upload) { curl_easy_perform(handle) }
        var code = 0
        _ = curl_get_long(handle, CURLINFO_RESPONSE_CODE, &code)
        return outcome(result, code)
    }

    /// A 5xx answer is the server's last word about this mail, except about who we are.
    private static func outcome(_ result: CURLcode, _ code: Int) -> DeliveryOutcome {
        if result == CURLE_OK { return .delivered }
        let reason = curl_easy_strerror(result).map { String(cString: $0) } ?? "unknown"
        let text = code > 0 ? "\(reason) (the mail server answered \(code))" : reason
        let isPermanent = (500...599).contains(code) && ![530, 534, 535, 538].contains(code)
        return isPermanent && result != CURLE_LOGIN_DENIED ? .rejected(text) : .postponed(text)
    }
}
