import ArgumentParser
import ServiceFoundation

@main
struct Main {
    static func main() async { await ServiceCommand<NotificationService>.main() }
}
