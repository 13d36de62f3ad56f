using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NodeRuntime.Posture.State;
using NodeRuntime.Watch.Sources;

namespace NodeRuntime.Posture.Tests.Watching;

public sealed class ProcTablesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("noderuntime-proc-").FullName + "/";

    [Fact]
    public void Listening_sockets_are_read_and_others_are_not()
    {
        Write("proc/net/tcp", """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:67E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4596506 1
               1: 0100007F:A9C9 0100007F:67E8 01 00000000:00000000 00:00000000 00000000     0        0 4594596 1
            """);
        Write("proc/net/tcp6", "  sl\n   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1 1\n");

        Assert.Equal(["tcp/127.0.0.1:26600 uid 1000", "tcp6/[::]:22 uid 0"], Read(ThingClass.Socket));
    }

    [Fact]
    public void Modules_mounts_users_groups_and_settings_are_read()
    {
        Write("proc/modules", "nf_tables 335872 0 - Live 0x0000000000000000\n");
        Write("proc/self/mounts", "/dev/vda / ext4 rw,relatime 0 0\ntmpfs /tmp tmpfs rw,nosuid 0 0\ntmpfs /tmp tmpfs ro 0 0\n");
        Write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbroken\n");
        Write("etc/group", "wheel:x:10:ann,bob\n");
        Write("proc/sys/net/ipv4/ip_forward", "0\n");

        Assert.Equal(["nf_tables size 335872"], Read(ThingClass.Module));
        Assert.Equal(["/ ext4 /dev/vda rw,relatime", "/tmp tmpfs tmpfs rw,nosuid; tmpfs tmpfs ro"], Read(ThingClass.Mount));
        Assert.Equal(["root 0 0 /root /bin/bash"], Read(ThingClass.User));
        Assert.Equal(["wheel 10 ann,bob"], Read(ThingClass.Group));
        Assert.Equal(["net.ipv4.ip_forward 0"], Read(ThingClass.Sysctl, "net.ipv4.ip_forward", "net.ipv4.none"));
    }

    [Fact]
    public void A_table_that_cannot_be_read_is_none()
    {
        Assert.Null(ProcTables.Read(ThingClass.Module, _root, []));
        Assert.Null(ProcTables.Read(ThingClass.Socket, _root, []));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private IEnumerable<string> Read(ThingClass thingClass, params string[] sysctls) =>
        ProcTables.Read(thingClass, _root, sysctls)!.Select(static it => it.Key + " " + it.Value);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.WriteAllText(_root + path, text);
    }
}
