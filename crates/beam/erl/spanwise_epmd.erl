%% In the place of epmd: nobody has to be asked where this node listens, so nothing runs for it.
-module(spanwise_epmd).
-export([start_link/0, register_node/2, register_node/3, port_please/2, port_please/3,
         listen_port_please/2, names/1, ready/0]).

start_link() -> ignore.

%% The node listens on this port; a number tells this life of the node from another one.
register_node(Name, Port, _Family) -> register_node(Name, Port).
register_node(_Name, Port) ->
    persistent_term:put(spanwise_port, Port),
    {ok, rand:uniform(1 bsl 16)}.

%% Any free port.
listen_port_please(_Name, _Host) -> {ok, 0}.

%% This node dials nobody.
port_please(_Name, _Host) -> noport.
port_please(_Name, _Host, _Timeout) -> noport.
names(_Host) -> {error, address}.

%% Says where the node listens, and ends it when nobody holds its standard input any more. Whoever
%% started it may have been killed, so the folder with its modules goes as well.
ready() ->
    spawn(fun stay/0),
    io:format("spanwise port ~b~n", [persistent_term:get(spanwise_port)]).

stay() ->
    case io:get_line("") of
        Line when is_list(Line) -> stay();
        _ ->
            file:del_dir_r(os:getenv("SPANWISE_FOLDER")),
            halt(0, [{flush, false}])
    end.
