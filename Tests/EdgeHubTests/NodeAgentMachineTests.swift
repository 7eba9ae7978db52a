import Beehive
import NIOPosix
import Testing

@testable import EdgeHub

struct NodeAgentMachineTests {
    typealias Interface = MachineNetwork.Interface

    static let routes = """
        Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
        wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
        eth1\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
        eth9\t00000000\t0109A8C0\t0002\t0\t0\t1\t00000000\t0\t0\t0
        eth1\t0002A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
        """

    static let interfaces = [
        Interface(name: "lo", address: "127.0.0.1", isLoopback: true),
        Interface(name: "wlan0", address: "192.168.1.7", isLoopback: false),
        Interface(name: "eth1", address: "fe80::1%eth1", isLoopback: false),
        Interface(name: "eth1", address: "2001:db8::5", isLoopback: false),
        Interface(name: "eth1", address: "192.168.2.9", isLoopback: false),
    ]

    @Test func `the facts are read from the kernel's files`() throws {
        let folder = try TemporaryFolder()
        try folder.write("proc/meminfo", "MemTotal:        2097152 kB\nMemFree: 5 kB\nMemAvailable:    1048576 kB\n")
        try folder.write("proc/net/route", Self.routes)
        try folder.write("proc/self/status", "Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t0-2,5\n")
        try folder.write("proc/sys/kernel/random/boot_id", "6f0e-boot\n")
        try folder.write("etc/machine-id", "8f1c-machine\n")
        try folder.write("etc/os-release", "NAME=\"Edge\"\nPRETTY_NAME=\"Edge GNU/Linux 12\"\nID=edge\n")
        let reader = MachineReader(
            root: folder.path,
            calls: MachineCalls(
                processors: { 64 }, system: { ("6.1.0-edge", "aarch64") }, storage: { _ in (10 << 30, 4 << 30) },
                interfaces: { Self.interfaces }))
        let facts = reader.read()
        #expect(facts.processors == 4)
        #expect(facts.memory == 2 << 30)
        #expect(facts.freeMemory == 1 << 30)
        #expect(facts.storage == 10 << 30)
        #expect(facts.address == "192.168.2.9")
        #expect(facts.bootID == "6f0e-boot")
        #expect(facts.machineID == "8f1c-machine")
        #expect(facts.systemID == "8f1c-machine")
        #expect(facts.systemImage == "Edge GNU/Linux 12")
        #expect(facts.kernel == "6.1.0-edge")
        #expect(facts.architecture == "arm64")
        try folder.write("sys/class/dmi/id/product_uuid", "4c4c-hardware\n")
        #expect(reader.read().systemID == "4c4c-hardware")
    }

    @Test func `what cannot be found out is left out`() throws {
        let folder = try TemporaryFolder()
        let facts = MachineReader(
            root: folder.path,
            calls: MachineCalls(
                processors: { nil }, system: { ("", "") }, storage: { _ in nil }, interfaces: { [] })
        ).read()
        #expect(facts.memory == nil)
        #expect(facts.address == nil)
        let node = NodeObject(settings: NodeAgentSettings(node: "n"), facts: facts)
        let status = node.status(conditions: [])
        #expect(status["capacity"] == ["pods": "110"])
        #expect(status["addresses"] == [["type": "Hostname", "address": "n"]])
    }

    @Test(arguments: [
        ("", "192.168.1.7"), (routes, "192.168.2.9"), ("header\nppp0 00000000 0 0003 0 0 0 00000000", "192.168.1.7"),
    ])
    func `the address is that of the default route, else the first`(routes: String, address: String) {
        #expect(MachineNetwork.address(routes: routes, interfaces: Self.interfaces) == address)
    }

    @Test func `addresses that nobody else reaches are not chosen`() {
        let local = [
            Interface(name: "lo", address: "::1", isLoopback: true),
            Interface(name: "eth0", address: "FE80::2", isLoopback: false),
            Interface(name: "eth0", address: "169.254.1.1", isLoopback: false),
        ]
        #expect(MachineNetwork.address(routes: "", interfaces: local) == nil)
        let wide = local + [Interface(name: "eth0", address: "2001:db8::7", isLoopback: false)]
        #expect(MachineNetwork.address(routes: "", interfaces: wide) == "2001:db8::7")
    }

    @Test(arguments: [
        ("x86_64", "amd64"), ("aarch64", "arm64"), ("armv7l", "arm"), ("armv6l", "arm"), ("i686", "386"),
        ("riscv64", "riscv64"), ("ppc64le", "ppc64le"), ("s390x", "s390x"), ("loongarch64", "loong64"),
    ])
    func `architectures have Go's names`(machine: String, name: String) {
        #expect(MachineReader.architecture(machine) == name)
    }

    @Test(arguments: [
        ("0", 1), ("0-7", 8), ("0-3,6", 5), ("1,2,3", 3), ("", nil), ("a", nil), ("3-1", nil), ("0-", nil), ("-1", nil),
        ("0-9999999999", nil),
    ])
    func `processors are counted from the kernel's list`(list: String, count: Int?) {
        #expect(MachineReader.count(ofList: list) == count)
    }

    @Test func `this machine has facts`() async throws {
        let facts = try #require(await MachineReader().read(on: .singleton))
        #expect((facts.processors ?? 0) > 0)
        #expect((facts.memory ?? 0) > 1 << 20)
        #expect((facts.storage ?? 0) > 0)
        #expect(!facts.kernel.isEmpty)
        #expect(!facts.architecture.isEmpty)
    }

    @Test func `quantities and pressures come from the facts`() {
        var facts = AgentUnderTest.facts
        var settings = NodeAgentSettings(node: "n")
        settings.address = "198.51.100.4"
        let node = NodeObject(settings: settings, facts: facts)
        let status = node.status(conditions: [])
        #expect(
            status["capacity"] == [
                "cpu": "2", "memory": "2097152Ki", "pods": "110", "ephemeral-storage": "10485760Ki",
            ])
        #expect(status["allocatable"]?["memory"] == "1994752Ki")
        #expect(status["allocatable"]?["ephemeral-storage"] == "9437184Ki")
        #expect(status["addresses"]?.elements.first?["address"] == "198.51.100.4")
        #expect(status["nodeInfo"]?["kubeletVersion"] == "v1.32.0-metamanager-v0.1.0")
        var conditions = NodeConditions()
        func states(_ facts: MachineFacts) -> [JSONValue?] { conditions.current(facts, at: 0).map { $0["status"] } }
        #expect(states(facts) == ["False", "False", "False", "True"])
        (facts.freeMemory, facts.freeStorage) = (99 << 20, 99 << 20)
        #expect(states(facts) == ["True", "True", "False", "True"])
    }
}
