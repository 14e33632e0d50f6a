# The Debian package, by CPack (packaging/build deb): all that is installed, with what add_debian_files.sh
# adds to it. It is native: the packaging and the program have one version, as they have one repository.
set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME mgr)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The mgr developers <mgr@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "privileged actions for unprivileged web front ends")
# Whatever the umask of who builds it: mgr-helper takes no configuration that others could write.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"mgr lets the web interface of a firewall, a NAS or a hosting panel start
scans, restart services or power the machine off, without sudo rules, setuid
tools or a root daemon that trusts whoever connects.

An unprivileged broker reads and checks what clients ask for. A small root
process establishes who is asking, by the kernel's word or by a signature,
decides by the policy in /etc/mgr and writes the audit log. Each job runs as
its own user in a cgroup of its own; it outlives client, broker and helper,
and is stopped with its whole process tree.

This package has the daemons, mgrctl for admins, the scanner mgr-scan, the
modules for shutdown, services and mail, and a client for Python.")

# What is linked is found from the programs. Beside it:
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The maintainer scripts make users and folders by these two; systemd need not be what runs the machine.
string(JOIN ", " CPACK_DEBIAN_PACKAGE_DEPENDS
       "systemd | systemd-standalone-sysusers | systemd-sysusers"
       "systemd | systemd-standalone-tmpfiles | systemd-tmpfiles"
       "passwd")  # gpasswd for mgrctl setup, userdel for a purge
# By the system bus mgr-service and mgr-shutdown ask systemd; without it a shutdown is shutdown(8)'s.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "default-dbus-system-bus | dbus-system-bus")
# Who may send mail nobody is until a rule says so; the clients are for programs that have Python, or PHP, anyway; and the
# page is nobody's until somebody sets a web server up for it (examples/web).
set(CPACK_DEBIAN_PACKAGE_SUGGESTS
    "default-mta | mail-transport-agent, python3, php, nginx | lighttpd | apache2, fcgiwrap")

# What the maintainer scripts name: units (those that have an [Install] are enabled), users, groups.
function(configure_maintainer_scripts)
  set(units_to_enable)
  foreach(unit ${sockets} ${services})
    file(GLOB unit_file systemd/${unit} systemd/${unit}.in)
    file(STRINGS ${unit_file} install_section REGEX "^\\[Install\\]$")
    if(install_section)
      list(APPEND units_to_enable ${unit})
    endif()
  endforeach()
  file(STRINGS sysusers.d/mgr.conf users REGEX "^u ")
  file(STRINGS sysusers.d/mgr.conf groups REGEX "^[ug] ")
  list(TRANSFORM users REPLACE "^. +([a-z-]+) .*" "\\1")
  list(TRANSFORM groups REPLACE "^. +([a-z-]+) .*" "\\1")
  set(units ${sockets} ${services})
  foreach(names units units_to_enable users groups)
    string(JOIN " " ${names} ${${names}})
  endforeach()
  foreach(script postinst prerm postrm)
    configure_file(debian/${script}.in debian/${script} @ONLY USE_SOURCE_PERMISSIONS)
  endforeach()
endfunction()
configure_maintainer_scripts()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS sysusers.d/mgr.conf)

set(CPACK_MGR_CONFFILES ${CMAKE_CURRENT_BINARY_DIR}/debian/conffiles)
set(CPACK_MGR_DEBIAN_FOLDER ${CMAKE_CURRENT_LIST_DIR})
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/before_packing.cmake)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CPACK_MGR_CONFFILES})
foreach(script postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_BINARY_DIR}/debian/${script})
endforeach()
include(CPack)
