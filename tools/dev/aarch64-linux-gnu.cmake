# CMake toolchain: aarch64 on Debian, by gcc-aarch64-linux-gnu and the arm64 libraries of multiarch, run under qemu-user.
# (With the C library of multiarch too: the loader of the cross compiler's own beside it makes pthread_create spin.)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
