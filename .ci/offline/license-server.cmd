@echo off
rem Installs the license server from this folder at the first start, without any network, then
rem starts it. It is installed beside this script, or in LICENSE_SERVER_HOME where that is set.
rem PYTHON names the Python to use.
setlocal
set "here=%~dp0"
if "%LICENSE_SERVER_HOME%"=="" (set "environment=%here%environment") else (set "environment=%LICENSE_SERVER_HOME%\environment")
if "%PYTHON%"=="" set "PYTHON=python"
if exist "%environment%\installed" goto start
"%PYTHON%" -c "import sys; sys.exit(sys.version_info < (3, 11))"
if errorlevel 1 (
    echo Python 3.11 or newer is needed. Say which by the variable PYTHON. 1>&2
    exit /b 2
)
if exist "%environment%" rmdir /s /q "%environment%"
"%PYTHON%" -m venv --without-pip "%environment%"
if errorlevel 1 exit /b 1
for %%W in ("%here%wheels\pip-*.whl") do "%environment%\Scripts\python" "%%~W\pip" install --quiet --no-index --disable-pip-version-check --find-links "%here%wheels" --no-deps --require-hashes --requirement "%here%requirements.txt"
if errorlevel 1 exit /b 1
type nul > "%environment%\installed"
:start
"%environment%\Scripts\license-server" %*
