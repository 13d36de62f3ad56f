/* What a C program expects of a file system, said in its own words: wasi-libc makes the calls, and each line printed is one expectation.
   Built by the test itself where the compiler is installed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int failures;

static void expect(int holds, const char *what, int line) {
  if (!holds) printf("%d: %s (errno %d: %s)\n", line, what, errno, strerror(errno)), failures++;
}
#define EXPECT(condition) expect((condition), #condition, __LINE__)
#define FAILS(call, code) (errno = 0, EXPECT((call) == -1), EXPECT(errno == (code)))

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  EXPECT(file != NULL);
  EXPECT(fputs(text, file) >= 0);
  EXPECT(fclose(file) == 0);
}

static long size_of(const char *path) {
  struct stat stat_;
  return stat(path, &stat_) == 0 ? (long)stat_.st_size : -1;
}

static void files(void) {
  char buffer[32] = {0};
  write_text("/work/a", "hello");
  int fd = open("/work/a", O_RDWR | O_APPEND);
  EXPECT(fd > 2);
  EXPECT(write(fd, " you", 4) == 4);
  EXPECT(pread(fd, buffer, 5, 4) == 5 && memcmp(buffer, "o you", 5) == 0);
  EXPECT(lseek(fd, 0, SEEK_END) == 9);
  EXPECT(lseek(fd, -4, SEEK_CUR) == 5);
  EXPECT(ftruncate(fd, 5) == 0);
  EXPECT(posix_fallocate(fd, 0, 20) == 0);
  EXPECT(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL) == 0);
  EXPECT(fsync(fd) == 0 && fdatasync(fd) == 0);
  EXPECT(fcntl(fd, F_GETFL) == (O_RDWR | O_APPEND));
  EXPECT(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
  EXPECT(close(fd) == 0);
  FAILS(close(fd), EBADF);
  EXPECT(size_of("/work/a") == 20);
  struct iovec parts[2] = {{"ab", 2}, {"cd", 2}};
  fd = open("/work/b", O_CREAT | O_EXCL | O_WRONLY, 0644);
  EXPECT(writev(fd, parts, 2) == 4);
  FAILS(read(fd, buffer, 1), EBADF);
  close(fd);
  FAILS(open("/work/b", O_CREAT | O_EXCL | O_WRONLY, 0644), EEXIST);
  FAILS(open("/work/none", O_RDONLY), ENOENT);
  FAILS(open("/in/data.txt", O_WRONLY), EROFS);
  FAILS(open("/in/new", O_WRONLY | O_CREAT, 0644), EROFS);
  FAILS(open("/elsewhere", O_RDONLY), ENOTCAPABLE);
  fd = open("/in/data.txt", O_RDONLY);
  EXPECT(read(fd, buffer, sizeof buffer) == 10);
  FAILS(write(fd, "x", 1), EBADF);
  close(fd);
}

static void names(void) {
  char buffer[32] = {0};
  EXPECT(mkdir("/work/d", 0755) == 0);
  FAILS(mkdir("/work/d", 0755), EEXIST);
  write_text("/work/d/x", "1");
  FAILS(rmdir("/work/d"), ENOTEMPTY);
  FAILS(unlink("/work/d"), EISDIR);
  EXPECT(rename("/work/d/x", "/work/d/y") == 0);
  FAILS(rename("/work/d", "/work/d/z"), EINVAL);
  EXPECT(link("/work/d/y", "/work/hard") == 0);
  EXPECT(symlink("d/y", "/work/soft") == 0);
  EXPECT(readlink("/work/soft", buffer, sizeof buffer) == 3 && memcmp(buffer, "d/y", 3) == 0);
  struct stat first, second;
  EXPECT(stat("/work/hard", &first) == 0 && stat("/work/soft", &second) == 0);
  EXPECT(first.st_ino == second.st_ino && first.st_nlink == 2 && S_ISREG(first.st_mode));
  EXPECT(lstat("/work/soft", &second) == 0 && S_ISLNK(second.st_mode));
  EXPECT(unlink("/work/d/y") == 0);
  FAILS(stat("/work/soft", &second), ENOENT);
  EXPECT(symlink("../../in/data.txt", "/work/escape") == 0);
  errno = 0;
  EXPECT(open("/work/escape", O_RDONLY) == -1 && errno == ENOTCAPABLE);
  EXPECT(rmdir("/work/d") == 0);
  struct timespec times[2] = {{1, 500}, {2, 700}};
  EXPECT(utimensat(AT_FDCWD, "/work/hard", times, 0) == 0 && stat("/work/hard", &first) == 0);
  EXPECT(first.st_atim.tv_sec == 1 && first.st_mtim.tv_nsec == 700);
}

static void listings(void) {
  char path[64];
  EXPECT(mkdir("/work/many", 0755) == 0);
  for (int i = 0; i < 300; i++) {
    snprintf(path, sizeof path, "/work/many/file-with-a-long-name-%03d", i);
    write_text(path, "");
  }
  DIR *directory = opendir("/work/many");
  EXPECT(directory != NULL);
  int seen = 0;
  /* Removing what was just read must not let the next be skipped. */
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    EXPECT(entry->d_type == DT_REG);
    snprintf(path, sizeof path, "/work/many/%s", entry->d_name);
    EXPECT(unlink(path) == 0);
    seen++;
  }
  EXPECT(seen == 300);
  rewinddir(directory);
  int left = 0;
  while (readdir(directory) != NULL) left++;
  EXPECT(left == 2);
  EXPECT(closedir(directory) == 0);
  EXPECT(rmdir("/work/many") == 0);
}

static void surroundings(void) {
  struct timespec before, after, pause = {3600, 0};
  EXPECT(clock_gettime(CLOCK_MONOTONIC, &before) == 0);
  EXPECT(nanosleep(&pause, NULL) == 0);
  EXPECT(clock_gettime(CLOCK_MONOTONIC, &after) == 0);
  EXPECT(after.tv_sec - before.tv_sec == 3600);
  EXPECT(time(NULL) == 1000 + 3600);
  struct pollfd streams[2] = {{0, POLLIN, 0}, {1, POLLOUT, 0}};
  EXPECT(poll(streams, 2, -1) == 2 && (streams[1].revents & POLLOUT) != 0);
  unsigned char random[64] = {0};
  EXPECT(getentropy(random, sizeof random) == 0);
  int sum = 0;
  for (unsigned i = 0; i < sizeof random; i++) sum += random[i];
  EXPECT(sum > 0);
  EXPECT(strcmp(getenv("NAME"), "value") == 0);
  EXPECT(!isatty(1));
}

int main(int count, char **arguments) {
  EXPECT(count == 2 && strcmp(arguments[1], "gr\xc3\xb6\xc3\x9f") == 0);
  files();
  names();
  listings();
  surroundings();
  printf("%d failures\n", failures);
  return failures == 0 ? 7 : 1;
}
