# hv_archive(NAME ROOMS ... VERSION x.y.z): one static library of the rooms' objects, with their HEADERS, as others install and use it:
# the CMake package NAME with the target hv::<name without hv_>, and NAME.pc for pkg-config. NAME-config.cmake.in and NAME.pc.in stand in
# the calling folder.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

function(hv_archive NAME)
  cmake_parse_arguments(ARCHIVE "" "VERSION" "ROOMS" ${ARGN})
  set(objects "")
  set(headers "")
  foreach(room IN LISTS ARCHIVE_ROOMS)
    list(APPEND objects "$<TARGET_OBJECTS:${room}>")
    get_target_property(of_room ${room} HV_HEADERS)
    if(of_room)
      list(APPEND headers ${of_room})
    endif()
  endforeach()
  string(REGEX REPLACE "^hv_" "" exported "${NAME}")

  add_library(${NAME}_archive STATIC ${objects})
  set_target_properties(${NAME}_archive PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME ${NAME} EXPORT_NAME ${exported})
  target_compile_features(${NAME}_archive INTERFACE cxx_std_20)
  target_sources(${NAME}_archive INTERFACE FILE_SET HEADERS BASE_DIRS "${HV_TOP}" FILES ${headers})

  set(package "${CMAKE_INSTALL_LIBDIR}/cmake/${NAME}")
  install(TARGETS ${NAME}_archive EXPORT ${NAME}-targets COMPONENT ${NAME} ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT ${NAME})
  install(EXPORT ${NAME}-targets NAMESPACE hv:: DESTINATION "${package}" COMPONENT ${NAME})
  configure_package_config_file(${NAME}-config.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/${NAME}-config.cmake"
                                INSTALL_DESTINATION "${package}")
  write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/${NAME}-config-version.cmake" VERSION ${ARCHIVE_VERSION}
                                   COMPATIBILITY SameMinorVersion)
  configure_file(${NAME}.pc.in "${CMAKE_CURRENT_BINARY_DIR}/${NAME}.pc" @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${NAME}-config.cmake" "${CMAKE_CURRENT_BINARY_DIR}/${NAME}-config-version.cmake"
          DESTINATION "${package}" COMPONENT ${NAME})
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${NAME}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT ${NAME})
endfunction()
