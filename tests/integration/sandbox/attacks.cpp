// SPDX-License-Identifier: LGPL-2.1-or-later
// What a maintainer script could try against the machine that builds.
#include "support/expect.hpp"
#include "support/sandboxed.hpp"

#include <pty.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

using namespace qpkg;
using qpkg::testing::Sandboxed;
namespace fs = std::filesystem;

namespace {

/// Makes system calls, one per line of "NUMBER ARGUMENT…", and prints what each answered: 0, or its errno.
constexpr const char* caller = R"(
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
for line in sys.argv[1].split(";"):
    words = [ctypes.c_ulong(int(word)) for word in line.split()]
    print(ctypes.get_errno() if libc.syscall(*words) == -1 else 0)
)";

std::string words_of(std::initializer_list<unsigned long> numbers)
{
    std::string words;
    for (const auto number : numbers) {
        words += std::to_string(number) + ' ';
    }
    return words;
}

std::string answers_to(Sandboxed& sandboxed, const std::vector<std::string>& calls)
{
    std::string all;
    for (const auto& call : calls) {
        all += (all.empty() ? "" : ";") + call;
    }
    sandboxed.request.command.argv = {"python3", "-c", caller, all};
    const auto result = sandboxed.sandbox.run(sandboxed.request);
    return result.output + result.errors;
}

std::string lines_of(std::size_t count, int answer)
{
    std::string lines;
    while (count-- > 0) {
        lines += std::to_string(answer) + '\n';
    }
    return lines;
}

/// What `body` returns in a process that has a terminal of its own as its controlling terminal.
int on_a_terminal(const std::function<int()>& body)
{
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        ::_exit(body());
    }
    char heard[4096];
    while (::read(terminal, heard, sizeof heard) > 0) {
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(terminal);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

TEST_CASE("a sandboxed command cannot open the caller's terminal, nor any file that the caller had open")
{
    Sandboxed sandboxed;

    const int status = on_a_terminal([&] {
        ::dup2(STDIN_FILENO, 9);
        const auto result = sandboxed.shell("(exec 3<>/dev/tty) 2>/dev/null && echo terminal; "
                                            "(: <&9) 2>/dev/null && echo descriptor; echo end");
        return result.output == "end\n" ? 0 : 1;
    });

    CHECK(status == 0);
}

TEST_CASE("standard input of a sandboxed command is at its end, or what it was given")
{
    Sandboxed sandboxed;

    CHECK(sandboxed.shell("timeout 5 cat; echo $?").output == "0\n");
    sandboxed.start_anew();
    sandboxed.request.command.input = "given\n";
    CHECK(sandboxed.shell("timeout 5 cat; echo $?").output == "given\n0\n");
}

TEST_CASE("a sandboxed command cannot type into a terminal, whatever the upper half of the request says")
{
    Sandboxed sandboxed;
    const std::vector<std::string> calls{words_of({SYS_ioctl, 0, TIOCSTI, 0}), words_of({SYS_ioctl, 0, TIOCLINUX, 0}),
                                         words_of({SYS_ioctl, 0, 0x100000000UL | TIOCSTI, 0}),
                                         words_of({SYS_ioctl, 0, 0xffffffff00000000UL | TIOCLINUX})};

    CHECK(answers_to(sandboxed, calls) == lines_of(calls.size(), EPERM)); // ENOTTY would come from the kernel itself
}

TEST_CASE("a sandboxed command is refused the calls that reach past a sandbox")
{
    Sandboxed sandboxed;
    const std::vector<std::string> calls{words_of({SYS_keyctl, 0, 0xfffffffd, 0}), // names the session's keyring
                                         words_of({SYS_add_key, 0, 0, 0, 0, 0}),
                                         words_of({SYS_request_key, 0, 0, 0, 0}),
                                         words_of({SYS_unshare, CLONE_NEWUSER}),
                                         words_of({SYS_unshare, 0}),
                                         words_of({SYS_clone, CLONE_NEWUSER, 0, 0, 0, 0}),
                                         words_of({SYS_setns, 0, 0}),
                                         words_of({SYS_mount, 0, 0, 0, 0, 0}),
                                         words_of({SYS_fsopen, 0, 0}),
                                         words_of({SYS_open_tree, 0, 0, 0}),
                                         words_of({SYS_open_by_handle_at, 0, 0, 0}),
                                         words_of({SYS_bpf, 0, 0, 0}),
                                         words_of({SYS_perf_event_open, 0, 0, 0, 0, 0}),
                                         words_of({SYS_userfaultfd, 0}),
                                         words_of({SYS_kexec_load, 0, 0, 0, 0}),
                                         words_of({SYS_finit_module, 0, 0, 0}),
                                         words_of({SYS_ptrace, 0, 0, 0, 0}), // PTRACE_TRACEME, which the kernel allows
                                         words_of({SYS_process_vm_readv, 0, 0, 0, 0, 0, 0}),
                                         words_of({SYS_pidfd_getfd, 0, 0, 0}),
                                         words_of({SYS_syslog, 10, 0, 0}),
                                         words_of({SYS_personality, 0x0040000}),
                                         words_of({SYS_socket, AF_VSOCK, 1, 0}),
                                         words_of({SYS_socket, AF_ALG, 5, 0})};

    CHECK(answers_to(sandboxed, calls) == lines_of(calls.size(), EPERM));
}

TEST_CASE("calls with a way around, newer ones and those of other ABIs are absent")
{
    Sandboxed sandboxed;
    std::vector<std::string> calls{words_of({SYS_clone3, 0, 0}), words_of({SYS_io_uring_setup, 1, 0}),
                                   words_of({457, 0, 0, 0, 0}), // statmount
                                   words_of({600, 0})};
#ifdef __x86_64__
    calls.push_back(words_of({0x40000000UL | SYS_getpid})); // x32
#endif

    CHECK(answers_to(sandboxed, calls) == lines_of(calls.size(), ENOSYS));
    sandboxed.start_anew();
    CHECK(answers_to(sandboxed, {words_of({SYS_personality, 0xffffffff})}) == "0\n");
}

TEST_CASE("a sandboxed command sees nothing of the host's kernel and hardware, and steers nothing")
{
    Sandboxed sandboxed;

    const auto result = sandboxed.shell(
        "for f in /proc/kcore /proc/keys /proc/timer_list /proc/kallsyms /proc/iomem /proc/vmallocinfo; do "
        "  [ ! -s $f ] || echo $f; [ ! -e $f ] || [ -z \"$(head -c 1 $f)\" ] || echo $f; done; "
        "ls /proc/acpi /proc/scsi /sys 2>/dev/null | grep -v :; "
        "v=$(cat /proc/irq/default_smp_affinity); (echo $v > /proc/irq/default_smp_affinity) 2>/dev/null && echo irq; "
        "for f in /proc/bus/pci/*/* /proc/fs/*/*/options; do (exec 9<>$f) 2>/dev/null && echo $f; done; echo end");

    CHECK(result.output == "end\n");
}
