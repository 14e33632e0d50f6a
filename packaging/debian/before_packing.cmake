# Run by CPack when all is installed into the tree that it packs.
execute_process(
  COMMAND ${CPACK_MGR_DEBIAN_FOLDER}/add_debian_files.sh
          ${CPACK_TEMPORARY_DIRECTORY} ${CPACK_PACKAGE_VERSION} ${CPACK_MGR_CONFFILES}
  COMMAND_ERROR_IS_FATAL ANY)
